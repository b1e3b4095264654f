// An autopsy is one JSON text; a number that is not finite is null there.
#include "runtime/store/Autopsies.h"

#include "runtime/store/StoreError.h"

#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>

namespace nnxrt {

using Json = nlohmann::json;

static Json toJson(const ValueNorms &norms) {
  return {norms.norm, norms.largest, norms.wrong, norms.count};
}

static ValueNorms readNorms(const Json &json) {
  return {json.at(0).get<double>(), json.at(1).get<double>(), json.at(2).get<int64_t>(),
          json.at(3).get<int64_t>()};
}

static Json toJson(const StepNorms &step) {
  Json layers = Json::array();
  for (const LayerNorms &layer : step.layers)
    layers.push_back({{"layer", layer.layer},
                      {"outputs", toJson(layer.outputs)},
                      {"gradient", toJson(layer.gradient)},
                      {"weights", toJson(layer.weights)},
                      {"update", toJson(layer.update)}});
  return {{"step", step.step},
          {"samples", step.samples},
          {"rate", step.rate},
          {"loss", step.loss},
          {"layers", layers}};
}

static StepNorms readStep(const Json &json) {
  StepNorms step;
  step.step = json.at("step").get<int64_t>();
  step.samples = json.at("samples").get<int64_t>();
  step.rate = json.at("rate").get<double>();
  step.loss = json.at("loss").is_null() ? std::numeric_limits<double>::quiet_NaN()
                                        : json.at("loss").get<double>();
  for (const Json &layer : json.at("layers"))
    step.layers.push_back({layer.at("layer").get<std::string>(), readNorms(layer.at("outputs")),
                           readNorms(layer.at("gradient")), readNorms(layer.at("weights")),
                           readNorms(layer.at("update"))});
  return step;
}

void keepAutopsy(Database &database, int64_t run, const Autopsy &autopsy) {
  Json steps = Json::array(), first = nullptr;
  for (const StepNorms &step : autopsy.steps)
    steps.push_back(toJson(step));
  if (autopsy.first)
    first = {{"step", autopsy.first->step},
             {"layer", autopsy.first->layer},
             {"what", autopsy.first->what},
             {"wrong", autopsy.first->wrong},
             {"count", autopsy.first->count}};
  Statement(database, "INSERT OR REPLACE INTO autopsy (run, json) VALUES (?, ?)")
      .bindAll(run, Json({{"first", first}, {"steps", steps}}).dump())
      .run();
}

std::shared_ptr<const Autopsy> loadAutopsy(Database &database, int64_t run) {
  Statement query(database, "SELECT json FROM autopsy WHERE run = ?");
  query.bind(run);
  if (!query.step())
    return nullptr;
  try {
    const Json json = Json::parse(query.text());
    auto autopsy = std::make_shared<Autopsy>();
    for (const Json &step : json.at("steps"))
      autopsy->steps.push_back(readStep(step));
    if (const Json &first = json.at("first"); !first.is_null())
      autopsy->first =
          Overflow{first.at("step").get<int64_t>(), first.at("layer").get<std::string>(),
                   first.at("what").get<std::string>(), first.at("wrong").get<int64_t>(),
                   first.at("count").get<int64_t>()};
    return autopsy;
  } catch (const Json::exception &error) {
    throw StoreError(fmt::format("results.sqlite: the autopsy of run {}: {}", run, error.what()));
  }
}

} // namespace nnxrt
