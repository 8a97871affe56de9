// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace halfstep {

// A std::vector whose elements begin at a cache line: vectors of 64 bytes loaded and stored in step with it
// never lie across two lines, which would take twice as long.
template <class T>
struct CacheLineAllocator {
    using value_type = T;
    static constexpr std::align_val_t line{64};

    CacheLineAllocator() = default;
    template <class Other>
    CacheLineAllocator(const CacheLineAllocator<Other>& /*other*/) {}

    T* allocate(std::size_t n) {
        if (n > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_array_new_length();
        return static_cast<T*>(::operator new(n * sizeof(T), line));
    }
    void deallocate(T* from, std::size_t /*n*/) { ::operator delete(from, line); }

    friend bool operator==(const CacheLineAllocator& /*a*/, const CacheLineAllocator& /*b*/) { return true; }
};

template <class T>
using CacheLineVector = std::vector<T, CacheLineAllocator<T>>;

// Makes a buffer that is used again and again long enough; it never gets shorter.
template <class Buffer>
void grow_to(Buffer& buffer, std::size_t n) {
    if (buffer.size() < n) buffer.resize(n);
}

}  // namespace halfstep
