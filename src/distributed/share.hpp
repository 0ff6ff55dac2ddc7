// Which part of the files is a rank's to read, and which features are its to serve.
#pragma once

#include <string>
#include <vector>

#include "data/text/byte_stream.hpp"
#include "distributed/shard.hpp"
#include "distributed/world.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild {

/// Files of which parts are read, [paths].
struct FileParts {
  std::vector<std::string> paths;
  std::vector<ByteRange> parts;
};

/// Part number `part` of `parts`. The files, one after the other, are cut into as many parts of
/// about as many bytes: plain ones at line ends, compressed ones between files. Every line is in
/// exactly one part. Throws IoError; OptionError for what is no file, such as the standard input.
FileParts part_of(const std::vector<std::string>& paths, int part, int parts);

/// The rows of a part.
struct PartOfRows {
  Dataset rows;     ///< none where the part is empty
  FileParts files;  ///< where they are from; nothing for a .hogdata file
};

/// Reads a part. Its features have the numbers that the text gives them, from 0, or are hashed. Of
/// a .hogdata file as many rows as fall to the part. Throws as hogwild::read() does, with the lines
/// as they are numbered in the file, and OptionError where features have names, which each part
/// would number in its own way.
PartOfRows read_part(const std::vector<std::string>& paths, int part, int parts,
                     ReadOptions options);

/// Where something stood that was noted while a part was read, whose lines are numbered from its
/// begin. Reads the file up to there.
Place in_file(Place place, const FileParts& files);

/// Ranges of about as many non-zeros each in the rows of all ranks, the features of `data` in one
/// space, and the bias at the end. The last `servers` ranks serve; 0: all do. To be called by all
/// ranks.
Partition partition_by_use(World& world, const Dataset& data, int servers);

/// The same ranges of coordinates, each feature having so many.
Partition by_coordinate(Partition of_features, Index outputs);

}  // namespace hogwild
