// The page that --report asks for.
#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/report/page.hpp"

namespace hogwild::cli {

void add_report_option(CLI::App& command, std::string& path);

/// What the rows are, at a tenth of a second's expense or so for a million.
Section profile_section(const Dataset& data);

/// Writes a page of the sections and of what was typed, unless path is empty. Throws IoError.
void write_report(const std::string& path, const CLI::App& command, std::vector<Section> sections);

}  // namespace hogwild::cli
