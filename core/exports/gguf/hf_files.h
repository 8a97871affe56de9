// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

// The files beside Hugging Face weights. They are not trusted: they have to lie in the model's folder, they
// are read no further than `most` bytes allow, and what is nested deeper than 16 levels is left out.
namespace halfstep {

inline constexpr std::uint64_t largest_hf_config = std::uint64_t{64} << 20U;      // bytes
inline constexpr std::uint64_t largest_hf_tokenizer = std::uint64_t{512} << 20U;  // bytes

// None where there is no such file. Throws Error where it leads out of the folder or is too large.
std::optional<std::string> read_hf_file(const std::filesystem::path& folder, std::string_view name,
                                        std::uint64_t most);

// The object in a JSON file; null where there is no such file. Throws Error where it holds anything else.
nlohmann::json read_hf_json(const std::filesystem::path& folder, std::string_view name);

// Members of an object that have the type asked for.
std::optional<std::uint64_t> whole_number(const nlohmann::json& object, const char* key);
std::optional<double> real_number(const nlohmann::json& object, const char* key);
std::optional<bool> boolean(const nlohmann::json& object, const char* key);
std::optional<std::string> text(const nlohmann::json& object, const char* key);
// The member itself; a null where there is none.
const nlohmann::json& member(const nlohmann::json& object, const char* key);

}  // namespace halfstep
