// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/hdf5_image.h"

namespace halfstep {
namespace {

std::mutex& library_mutex() {
    static std::mutex mutex;
    return mutex;
}

}  // namespace

Hdf5Session::Hdf5Session() : lock_(library_mutex()) {
    H5open();
    H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    H5PLset_loading_state(0);
}

Hdf5Session::~Hdf5Session() {
    H5Eset_auto2(H5E_DEFAULT, print_, print_data_);
}

Hdf5Handle access_in_memory() {
    constexpr std::size_t growth = std::size_t{1} << 20U;
    Hdf5Handle list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5Pset_fapl_core(list.get(), growth, /*backing_store=*/0);
    return list;
}

}  // namespace halfstep
