// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stage_factory.h"

#include "app/lessons/stages/bits_noise_stage.h"
#include "app/lessons/stages/calibration_stage.h"
#include "app/lessons/stages/clipping_stage.h"
#include "app/lessons/stages/cost_stage.h"
#include "app/lessons/stages/depth_stage.h"
#include "app/lessons/stages/energy_stage.h"
#include "app/lessons/stages/float_bits_stage.h"
#include "app/lessons/stages/grids_stage.h"
#include "app/lessons/stages/outlier_stage.h"
#include "app/lessons/stages/palette_stage.h"
#include "app/lessons/stages/training_stage.h"
#include "app/lessons/stages/uniform_grid_stage.h"
#include "app/lessons/stages/water_stage.h"
#include "app/lessons/stages/zero_point_stage.h"

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

struct Entry {
    const char* name;
    std::unique_ptr<Stage> (*make)(JobRunner&);
};

template <class Made>
std::unique_ptr<Stage> make(JobRunner& jobs) {
    return std::make_unique<Made>(jobs);
}

constexpr std::array entries{
    Entry{"bits_noise", make<BitsNoiseStage>}, Entry{"calibration", make<CalibrationStage>},
    Entry{"clipping", make<ClippingStage>},    Entry{"cost", make<CostStage>},
    Entry{"depth", make<DepthStage>},          Entry{"energy", make<EnergyStage>},
    Entry{"float_bits", make<FloatBitsStage>}, Entry{"grids", make<GridsStage>},
    Entry{"outlier", make<OutlierStage>},      Entry{"palette", make<PaletteStage>},
    Entry{"training", make<TrainingStage>},    Entry{"uniform_grid", make<UniformGridStage>},
    Entry{"zero_point", make<ZeroPointStage>}, Entry{"water", make<WaterStage>},
};

}  // namespace

QStringList stageNames() {
    QStringList names;
    for (const Entry& entry : entries)
        names << QLatin1String(entry.name);
    return names;
}

std::unique_ptr<Stage> makeStage(const QString& name, JobRunner& jobs) {
    const auto found = std::ranges::find_if(
        entries, [&name](const Entry& entry) { return name == QLatin1String(entry.name); });
    return found == entries.end() ? nullptr : found->make(jobs);
}

}  // namespace halfstep
