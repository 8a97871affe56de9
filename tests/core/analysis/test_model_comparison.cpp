// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/model_comparison.h"
#include "core/base/error.h"
#include "core/quantize/measure.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

using namespace halfstep;
using testing::SafetensorsBuilder;

namespace {

std::vector<float> values_of(const Model& model, const TensorInfo& tensor) {
    std::vector<float> values(tensor.elements);
    model.read_floats(tensor, 0, values);
    return values;
}

// Rows of a GGUF tensor in the order of Hugging Face: of each head, what comes first of all pairs, then what
// comes second.
std::vector<float> halves_of_heads(const std::vector<float>& rows, std::size_t heads, std::size_t inputs) {
    std::vector<float> result;
    const std::size_t head_rows = rows.size() / inputs / heads;
    for (std::size_t head = 0; head < heads; ++head)
        for (std::size_t side = 0; side < 2; ++side)
            for (std::size_t pair = 0; pair < head_rows / 2; ++pair) {
                const auto row =
                    rows.begin() + static_cast<std::ptrdiff_t>((head * head_rows + 2 * pair + side) * inputs);
                result.insert(result.end(), row, row + static_cast<std::ptrdiff_t>(inputs));
            }
    return result;
}

// tinyllm.gguf (8 heads of queries, 4 of keys) as Hugging Face would have it: names and order of rows.
void write_as_hugging_face(const Model& gguf, const std::filesystem::path& folder) {
    SafetensorsBuilder file;
    for (const TensorInfo& tensor : gguf.tensors()) {
        const std::string layer = "model.layers." + std::to_string(tensor.block.value_or(0)) + ".";
        const std::vector<float> values = values_of(gguf, tensor);
        if (tensor.role == Role::attention_q)
            file.add_f32(layer + "self_attn.q_proj.weight", tensor.shape, halves_of_heads(values, 8, 64));
        if (tensor.role == Role::attention_k)
            file.add_f32(layer + "self_attn.k_proj.weight", tensor.shape, halves_of_heads(values, 4, 64));
        if (tensor.role == Role::attention_v)
            file.add_f32(layer + "self_attn.v_proj.weight", tensor.shape, values);
    }
    file.write(folder / "model.safetensors");
    std::ofstream(folder / "config.json")
        << R"({"architectures":["LlamaForCausalLM"],"num_attention_heads":8,"num_key_value_heads":4})";
}

}  // namespace

class TestModelComparison : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;

    std::shared_ptr<const Model> safetensors(const char* name, const SafetensorsBuilder& file) {
        file.write(folder_.path(name));
        return open_model(folder_.path(name));
    }

  private slots:
    // x = 3, 4, 0, 0 and x̂ = 3, 3.5, 0, 0.5: Σ(x−x̂)² = 0.5, Σx² = 25, Σx·x̂ = 23, Σx̂² = 21.5.
    void figures_are_those_worked_by_hand() {
        const auto original =
            safetensors("original.safetensors",
                        SafetensorsBuilder().add_f32("w", {2, 2}, std::vector<float>{3, 4, 0, 0}));
        const auto model =
            safetensors("model.safetensors",
                        SafetensorsBuilder().add_f16("w", {2, 2}, std::vector<float>{3, 3.5, 0, 0.5}));
        const ModelComparison comparison = compare_models(*model, *original);
        QCOMPARE(comparison.tensors.size(), std::size_t{1});
        const ComparedTensor& tensor = comparison.tensors[0];
        QCOMPARE(tensor.dtype, std::string("f16"));
        QCOMPARE(tensor.original_dtype, std::string("f32"));
        QVERIFY(tensor.bits_per_weight == 16 && tensor.bytes == 8);
        QVERIFY(tensor.sums.count == 4 && tensor.left_out == 0);
        QVERIFY(tensor.sums.error_squared == 0.5 && tensor.sums.value_squared == 25);
        QVERIFY(tensor.sums.product == 23 && tensor.sums.quantized_squared == 21.5);
        QVERIFY(tensor.sums.max_abs_error == 0.5);
        QVERIFY(comparison.sums.error_squared == 0.5 && comparison.elements == 4 && comparison.bytes == 8);
    }

    void what_is_not_finite_is_left_out() {
        constexpr float nan = std::numeric_limits<float>::quiet_NaN();
        constexpr float infinity = std::numeric_limits<float>::infinity();
        const auto original =
            safetensors("original.safetensors",
                        SafetensorsBuilder().add_f32("w", {5}, std::vector<float>{1, nan, 2, infinity, 7}));
        const auto model = safetensors(
            "model.safetensors",
            SafetensorsBuilder().add_f32("w", {5}, std::vector<float>{1.5, 1, nan, 1, -infinity}));
        const ComparedTensor tensor = compare_models(*model, *original).tensors.at(0);
        QCOMPARE(tensor.left_out, std::uint64_t{4});
        QCOMPARE(tensor.sums.count, std::uint64_t{1});
        QVERIFY(tensor.sums.error_squared == 0.25 && tensor.sums.value_squared == 1);
        QVERIFY(tensor.sums.quantized_squared == 2.25 && tensor.sums.max_abs_error == 0.5);
    }

    void types_that_cannot_be_read_are_refused() {
        const SafetensorsBuilder file = SafetensorsBuilder().add("w", "I32", {1}, std::vector<std::byte>(4));
        const auto model = safetensors("model.safetensors", file);
        const ModelComparison comparison = compare_models(*model, *model);
        QCOMPARE(comparison.tensors.at(0).refused, std::string("tensors of type i32 are not measured"));
        QCOMPARE(comparison.elements, std::uint64_t{0});
    }

    // Made by llama-quantize from the other one: the same blocks as measuring the scheme gives.
    void a_quantized_model_is_what_measuring_its_scheme_says() {
        const auto models = testing::models_folder();
        if (!models) QSKIP("the folder of real models is not here");
        const auto derived = *models / "stories260k-gguf/derived";
        const auto original = open_model(derived / "stories260K-ffn192-F32.gguf");
        const auto model = open_model(derived / "stories260K-ffn192-Q5_1.gguf");
        const Scheme scheme = parse_scheme("q5_1");
        std::size_t compared = 0;
        for (const ComparedTensor& tensor : compare_models(*model, *original).tensors) {
            if (tensor.dtype != "q5_1") continue;
            const TensorInfo& source = *original->find(tensor.original);
            const Measurement measured = measure_tensor(*original, source, {&scheme, 1}).results.at(0);
            const double wanted = measured.sums.error_squared;
            QVERIFY(std::fabs(tensor.sums.error_squared - wanted) <= 1e-6 * wanted);
            QVERIFY(static_cast<float>(tensor.sums.max_abs_error) ==
                    static_cast<float>(measured.sums.max_abs_error));
            QVERIFY(tensor.bits_per_weight == measured.bits_per_weight && tensor.bytes == measured.bytes);
            ++compared;
        }
        QCOMPARE(compared, std::size_t{37});
    }

    void rows_of_rotary_embedding_are_put_in_order() {
        const auto models = testing::models_folder();
        if (!models) QSKIP("the folder of real models is not here");
        const auto gguf = open_model(*models / "stories260k-gguf/tinyllm.gguf");
        const auto folder = folder_.path("hugging-face");
        std::filesystem::create_directory(folder);
        write_as_hugging_face(*gguf, folder);
        const auto hugging_face = open_model(folder);
        for (const bool back : {false, true}) {
            const ModelComparison comparison =
                back ? compare_models(*hugging_face, *gguf) : compare_models(*gguf, *hugging_face);
            QCOMPARE(comparison.tensors.size(), std::size_t{15});
            int permuted = 0;
            for (const ComparedTensor& tensor : comparison.tensors) {
                QVERIFY2(tensor.refused.empty(), tensor.refused.c_str());
                QVERIFY2(tensor.sums.error_squared == 0, tensor.name.c_str());
                QVERIFY(tensor.sums.value_squared > 0);
                permuted += tensor.rows_permuted ? 1 : 0;
            }
            QCOMPARE(permuted, 10);
            QCOMPARE((back ? comparison.only_in_original : comparison.only_in_model).size(), std::size_t{33});
        }
    }

    // More than one block, on several threads.
    void long_tensors_are_compared_in_blocks() {
        std::vector<float> values(300 * 700);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(i % 977) - 488;
        std::vector<float> other = values;
        other[5] += 1;
        other[70'000] -= 2;
        other.back() += 4;
        const auto original =
            safetensors("original.safetensors", SafetensorsBuilder().add_f32("w", {300, 700}, values));
        const auto model =
            safetensors("model.safetensors", SafetensorsBuilder().add_f32("w", {300, 700}, other));
        std::vector<double> progress;
        JobContext job;
        job.threads = 3;
        job.progress = [&](double fraction) { progress.push_back(fraction); };
        const ModelComparison comparison = compare_models(*model, *original, job);
        QVERIFY(comparison.sums.error_squared == 21 && comparison.sums.max_abs_error == 4);
        QVERIFY(std::is_sorted(progress.begin(), progress.end()) && progress.back() == 1);

        std::stop_source stop;
        stop.request_stop();
        job.stop = stop.get_token();
        QVERIFY_EXCEPTION_THROWN(compare_models(*model, *original, job), Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestModelComparison)
#include "test_model_comparison.moc"
