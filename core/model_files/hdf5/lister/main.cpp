// SPDX-License-Identifier: GPL-3.0-or-later
// Says what an HDF5 file holds and where in the file that lies. Started by list_hdf5() with a socket as its
// standard input, through which it also gets the bytes of the file: it can open none itself. HDF5 is here,
// and here alone, in touch with files that nobody vouches for; what it may do to a process, it does to this
// one.
#include "core/model_files/hdf5/lister/asked_file.h"
#include "core/model_files/hdf5/lister/confinement.h"
#include "core/model_files/hdf5/lister/external_links.h"
#include "core/model_files/hdf5/lister/walk.h"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <new>
#include <span>

namespace {

using namespace halfstep::lister;
using halfstep::listing_wire::Frame;
using halfstep::listing_wire::FrameKind;

constexpr int socket_descriptor = 0;

std::string list(const Asker& asker, std::uint64_t file_bytes) {
    const Handle access = access_by_asking(asker, file_bytes);
    if (!access.valid()) throw Refusal({}, "cannot be read: HDF5 does not take the file");
    const Handle file(H5Fopen("/model", H5F_ACC_RDONLY, access.get()), H5Fclose);
    if (!file.valid()) throw Refusal({}, "is not a whole HDF5 file", damaged);
    AnswerWriter answer;
    put_objects(file.get(), file_bytes, answer);
    return answer.answer();
}

void send(const Asker& asker, FrameKind kind, std::string_view bytes) {
    const Frame frame{kind, 0, 0, bytes.size()};
    asker.send(std::as_bytes(std::span(&frame, 1)));
    asker.send(std::as_bytes(std::span(bytes)));
}

std::string cut(std::string_view text) {
    return std::string(text.substr(0, 1000));
}

// Three texts: the object, what is wrong with it, what to do.
void send_refusal(const Asker& asker, const Refusal& refusal) {
    AnswerWriter texts;
    texts.put_text(cut(refusal.path()));
    texts.put_text(cut(refusal.what()));
    texts.put_text(cut(refusal.advice()));
    send(asker, FrameKind::refusal, texts.answer());
}

// Nothing of HDF5 that reaches beyond the file.
bool prepare_hdf5() {
    return H5open() >= 0 && H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0 &&
           H5PLset_loading_state(0) >= 0 && refuse_external_links();
}

int answer(const Asker& asker) {
    std::uint64_t file_bytes = 0;
    if (!asker.receive(std::as_writable_bytes(std::span(&file_bytes, 1)))) return 1;
    if (!prepare_hdf5()) return 1;
    if (!confine(socket_descriptor, file_bytes)) return halfstep::listing_wire::exit_unconfined;
    try {
        send(asker, FrameKind::answer, list(asker, file_bytes));
    } catch (const Refusal& refusal) {
        send_refusal(asker, refusal);
    } catch (const std::bad_alloc&) {
        send_refusal(asker, Refusal({}, "takes more memory to read than a model should", damaged));
    }
    return 0;
}

}  // namespace

int main() {
    // HDF5's own way out would put in order what a damaged file may have confused.
    _exit(answer(Asker(socket_descriptor)));
}
