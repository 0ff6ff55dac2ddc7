// Training, from rows or files to a model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/data/row_stream.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Learns a linear model by lock-free stochastic steps on one shared array of atomic parameters
/// (Niu, Recht, Re, Wright, "Hogwild!", NIPS 2011). With one thread the result is a function of
/// data and options alone, bit for bit.
///
/// Throws OptionError for options out of range; ParseError or DataError where the labels do not fit
/// the loss; std::bad_alloc; and whatever the observer throws. Divergence and interruption are not
/// errors: see TrainResult::reason. Starts options.threads threads and joins them; calls from
/// several threads at once are independent.
TrainResult train(Dataset data, const TrainOptions& options = {},
                  TrainObserver& observer = silent_observer);

/// Told in addition how files are read.
class FileObserver : public TrainObserver {
 public:
  /// How far reading has come; bytes_total is 0 where it can't be known. From one thread at a time.
  virtual void on_reading(std::uint64_t /*bytes*/, std::uint64_t /*bytes_total*/) {}
  /// A line of text for users: which rows were read; whether they are held or streamed; the reason.
  virtual void on_note(const std::string& /*line*/) {}
};

inline FileObserver silent_file_observer;  ///< of nobody

/// Whether rows may be learnt while they are read.
enum class Holding {
  as_planned,  ///< where that is better, see plan_data()
  always,      ///< rows are held
};

/// Rows to train on, and the options with what the files gave: validation rows, difficulties, a
/// model or a checkpoint to start at.
struct TrainingRows {
  std::optional<RowStream> stream{};  ///< to be learnt while they are read
  std::optional<Dataset> data{};      ///< or held
  TrainOptions options{};             ///< for train()
};

/// The options with the model or checkpoint of files.resume. Throws as load_checkpoint() does.
TrainOptions started(const FileOptions& files, TrainOptions options);

/// Throws OptionError if an option of either is out of its range or two contradict each other.
void require_valid(const FileOptions& files, const TrainOptions& options);

/// Opens text or .hogdata files, and reads them unless their rows are to be learnt while they are
/// read. Options are as started() gives them. Throws as read() and require_valid() do.
TrainingRows open_rows(const std::vector<std::string>& paths, const FileOptions& files,
                       const TrainOptions& options, FileObserver& observer,
                       Holding holding = Holding::as_planned);

/// Trains on rows that were opened. Throws as train() of a data set or of a stream.
TrainResult train(TrainingRows rows, FileObserver& observer);

/// The whole way: options are checked, files opened, rows held or streamed, a model trained.
/// Throws as the functions above. Calls from several threads at once are independent.
TrainResult train_files(const std::vector<std::string>& paths, const FileOptions& files = {},
                        const TrainOptions& options = {},
                        FileObserver& observer = silent_file_observer);

}  // namespace hogwild
