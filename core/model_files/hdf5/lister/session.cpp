// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/hdf5/lister/session.h"

#include "core/model_files/hdf5/lister/external_links.h"
#include "core/model_files/hdf5/lister/walk.h"

#include <cstdlib>
#include <new>
#include <span>
#include <string>
#include <string_view>

namespace halfstep::lister {
namespace {

using listing_wire::Frame;
using listing_wire::FrameKind;

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

}  // namespace

int answer(const Asker& asker, const Confine& confine) {
    std::uint64_t file_bytes = 0;
    if (!asker.receive(std::as_writable_bytes(std::span(&file_bytes, 1)))) return EXIT_FAILURE;
    if (!prepare_hdf5()) return EXIT_FAILURE;
    if (!confine(file_bytes)) return listing_wire::exit_unconfined;
    try {
        send(asker, FrameKind::answer, list(asker, file_bytes));
    } catch (const Refusal& refusal) {
        send_refusal(asker, refusal);
    } catch (const std::bad_alloc&) {
        send_refusal(asker, Refusal({}, "takes more memory to read than a model should", damaged));
    }
    return EXIT_SUCCESS;
}

}  // namespace halfstep::lister
