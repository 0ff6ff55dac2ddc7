# conan create tests/package/conan
import os
import re

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load


class Hogwild(ConanFile):
    name = "hogwild"
    license = "MIT"
    description = "Sparse linear models, trained by lock-free threads"
    topics = ("machine-learning", "logistic-regression", "sgd", "lock-free")
    settings = "os", "compiler", "build_type", "arch"
    options = {"shared": [True, False], "command": [True, False]}
    default_options = {"shared": False, "command": False}
    package_type = "library"

    @property
    def _root(self):
        return os.path.join(self.recipe_folder, "..", "..", "..")

    def set_version(self):
        header = load(self, os.path.join(self._root, "include/hogwild/core/version.hpp"))
        self.version = re.search(r'kVersion = "([^"]+)"', header).group(1)

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "include/*", "src/*", "tests/package/debian.cmake"):
            copy(self, pattern, self._root, self.export_sources_folder)

    def requirements(self):
        for requirement in ("boost/1.84.0", "fmt/9.1.0", "highway/1.0.3", "nlohmann_json/3.11.2",
                            "onetbb/2021.8.0", "xxhash/0.8.1", "zstd/1.5.4"):
            self.requires(requirement)
        if self.options.command:
            self.requires("cli11/2.2.0")
            self.requires("openssl/[>=3 <4]")

    def build_requirements(self):
        self.tool_requires("pkgconf/2.1.0")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["HOGWILD_COMMAND"] = bool(self.options.command)
        for part in ("TESTS", "BENCH", "MPI"):
            toolchain.cache_variables[f"HOGWILD_{part}"] = False
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        self.cpp_info.libs = ["hogwild"]
        self.cpp_info.set_property("cmake_file_name", "hogwild")
        self.cpp_info.set_property("cmake_target_name", "hogwild::hogwild")
        self.cpp_info.system_libs = ["pthread"]
