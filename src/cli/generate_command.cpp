// hogwild generate
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/command.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/generate.hpp"

namespace hogwild::cli {
namespace {

struct GenerateCommand {
  GenerateOptions options;
  std::string output;
};

int run(GenerateCommand& command, const CLI::App&) {
  if (command.output == "-") {
    generate(command.options, [](std::string_view text) { print(std::string(text)); });
    return kDone;
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(command.output.c_str(), "wb"), std::fclose);
  const auto fail = [&] {
    throw IoError(command.output, std::strerror(errno), "check the path, and the room on the disk");
  };
  if (!file) fail();
  generate(command.options, [&](std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size()) fail();
  });
  if (std::fflush(file.get()) != 0) fail();
  return kDone;
}

}  // namespace

void add_generate_command(CLI::App& app, Action& action) {
  auto [sub, command] = add_command<GenerateCommand>(
      app, action, "generate", "generate a random data set, in libsvm format", run);
  GenerateOptions& options = command.options;
  add_choice<GeneratedKind>(sub, "kind", options.kind, "kind of rows",
                            {{"click", GeneratedKind::click},
                             {"text", GeneratedKind::text},
                             {"dense", GeneratedKind::dense}})
      ->required();
  sub.add_option("rows", options.rows, "number of rows")
      ->type_name("ROWS")
      ->required()
      ->check(digits());
  sub.add_option("-o,--output", command.output, "file to write; - is standard output")
      ->type_name("FILE")
      ->required();
  sub.add_option("--features", options.features,
                 "number of features (default: click 1000000, text 47236, dense 50)")
      ->type_name("N")
      ->check(CLI::Range(Index{1}, kMaxIndex).description(""));
  sub.add_option("--seed", options.seed,
                 "of the rows; the planted model is the same for every seed "
                 "(default: 1)")
      ->type_name("S")
      ->check(digits());
  sub.footer(
      "Examples:\n"
      "  hogwild generate click 1000000 -o click.svm\n"
      "  hogwild generate click 100000 -o click.test.svm --seed 2");
}

}  // namespace hogwild::cli
