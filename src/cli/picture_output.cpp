#include "cli/picture_output.hpp"

#include "core/new_file.hpp"

namespace hogwild::cli {

void PictureOutput::write(const std::string& bytes) const {
  NewFile file(path, "picture");
  file.write(bytes);
  file.commit();
}

void add_picture_options(CLI::App& command, PictureOutput& output, const std::string& formats) {
  command
      .add_option(
          "-o,--output", output.path,
          "picture to write, in the format of its extension: " + formats + " or .tsv (the numbers)")
      ->type_name("FILE")
      ->required();
  command.add_option("--width", output.width, "width of the picture in pixels (default: 800)")
      ->type_name("PIXELS")
      ->check(CLI::Range(300, 4000).description(""));
}

}  // namespace hogwild::cli
