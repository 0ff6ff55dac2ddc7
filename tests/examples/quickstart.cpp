// Trains on one file, measures on another, saves the model and predicts with it.
//   quickstart TRAIN TEST MODEL
#include <cstdio>
#include <exception>

#include "hogwild/hogwild.hpp"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: quickstart TRAIN TEST MODEL\n");
    return 2;
  }
  try {
    const hogwild::FileOptions files{.valid_fraction = 0.1};
    const hogwild::TrainOptions options{.epochs = 10, .early_stopping = 2};
    const hogwild::TrainResult result = hogwild::train_files({argv[1]}, files, options);
    save(result.model, argv[3]);

    const hogwild::Model model = hogwild::load(argv[3]);
    const hogwild::Metrics metrics = evaluate(model, {argv[2]}).metrics;
    std::printf("best epoch %d, loss %.4f, AUC %.4f\n", result.best_epoch, metrics.loss,
                metrics.auc.value_or(0));

    const hogwild::Dataset rows = hogwild::read({argv[2]}, {.features = model.features()});
    std::printf("first row: %.4f\n", model.predict(rows.row(0)));
  } catch (const hogwild::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
