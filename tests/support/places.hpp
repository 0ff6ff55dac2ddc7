// Where the project and its command are.
#pragma once

#include <string>

namespace hogwild::test {

/// The folder of the sources.
std::string root();

/// The hogwild command that was built with the tests.
std::string program();

}  // namespace hogwild::test
