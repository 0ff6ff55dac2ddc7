#include "serve/service.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

#include "hogwild/core/error.hpp"
#include "hogwild/model/file.hpp"

namespace hogwild {
namespace {

// Of adagrad, whose sums begin anew at weights that are trained already. Mean loss of rows learnt
// one by one after a model of the training rows, at 0.01 / 0.03 / 0.1 / 0.3, against the model left
// as it was: rcv1 0.0999 / 0.0984 / 0.0956 / 0.0942 against 0.1015, a9a 0.3248 / 0.3260 / 0.3300 /
// 0.3400 against 0.3248, click 0.4236 / 0.4250 / 0.4406 / 0.5168 against 0.4252.
constexpr float kRate = 0.03f;

}  // namespace

Service::FileStamp Service::stamp_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

Service::Service(ServiceOptions options) : options_(std::move(options)) {
  LearnerOptions& learning = options_.learning;
  if (!learning.learning_rate && std::holds_alternative<Adagrad>(learning.update_rule)) {
    learning.learning_rate = kRate;
  }
  if (options_.parameters.empty()) stamp_ = stamp_of(options_.model);
  serve(load());
}

std::shared_ptr<ServedModel> Service::load() const {
  if (!options_.parameters.empty()) {
    return std::make_shared<ServedModel>(options_.learn ? ParameterFile::join(options_.parameters)
                                                        : ParameterFile::open(options_.parameters),
                                         options_.learning);
  }
  Model model = hogwild::load(options_.model);
  if (!options_.learn || model.label_names())
    return std::make_shared<ServedModel>(std::move(model), std::nullopt);
  return std::make_shared<ServedModel>(std::move(model), options_.learning);
}

void Service::serve(std::shared_ptr<ServedModel> model) {
  {
    const std::scoped_lock lock(current_mutex_);
    std::swap(current_, model);
  }
  saved_.store(0, std::memory_order_relaxed);
  loaded_at_.store(
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(),
      std::memory_order_relaxed);
}

std::shared_ptr<ServedModel> Service::model() const {
  const std::scoped_lock lock(current_mutex_);
  return current_;
}

std::optional<std::string> Service::reload(bool must_be) {
  if (!options_.parameters.empty()) return std::nullopt;
  const std::scoped_lock lock(file_mutex_);
  // Before it is loaded: if it changes meanwhile, it is loaded again.
  const FileStamp stamp = stamp_of(options_.model);
  if (!must_be && (stamp == stamp_ || stamp == FileStamp{})) return std::nullopt;
  try {
    std::shared_ptr<ServedModel> fresh = load();
    stamp_ = stamp;
    const std::uint64_t dropped = model()->learnt() - saved_.load(std::memory_order_relaxed);
    serve(std::move(fresh));
    metrics_.reloads += 1;
    return fmt::format(
        "reloaded {}{}", options_.model,
        dropped > 0 ? fmt::format("; {} rows learnt since the last snapshot are lost", dropped)
                    : "");
  } catch (const ModelError& error) {
    stamp_ = stamp;  // it is not better when it is read again
    metrics_.failed_reloads += 1;
    return fmt::format("keeping the previous model: {}", error.what());
  } catch (const std::exception& error) {  // for want of descriptors or memory, say: tried again
    metrics_.failed_reloads += 1;
    return fmt::format("keeping the previous model: {}", error.what());
  }
}

std::uint64_t Service::save() {
  const std::scoped_lock lock(file_mutex_);
  const auto served = model();
  const std::uint64_t learnt = served->learnt();
  hogwild::save(served->snapshot(), options_.snapshot);
  // Saved over the model itself, it is no other one.
  if (options_.snapshot == options_.model) stamp_ = stamp_of(options_.model);
  saved_.store(learnt, std::memory_order_relaxed);
  metrics_.snapshots += 1;
  return learnt;
}

bool Service::has_unsaved() const {
  return model()->learnt() > saved_.load(std::memory_order_relaxed);
}

}  // namespace hogwild
