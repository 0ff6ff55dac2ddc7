// Files to the rows of ranks: which part of the files is a rank's to read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/text/byte_stream.hpp"
#include "distributed/packet.hpp"
#include "distributed/world.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/train/options.hpp"
#include "options/distributed_options.hpp"

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

/// Reads this rank's part of files, and sets the options' validation rows, those that one process
/// would take. All ranks call it with the same arguments. Throws on all ranks what read() throws on
/// one.
Dataset read_rows(World& world, const std::vector<std::string>& paths, const FileOptions& files,
                  TrainOptions& options, const DistributedOptions& ranks,
                  const ReadProgress& progress);

/// Rows of a step that all ranks make together where the user gives no number.
std::uint64_t default_batch_size(Offset rows, int ranks);

/// Adds a row, of its features those from begin to below end, without values if all are ones.
void put_row(Bytes& bytes, const SparseRow& row, Index begin, Index end, bool ones);

/// The rows of all those bytes, in that order, as rows of the data set that `like` is a part of.
Dataset rows_in(std::span<const Bytes> parts, const Dataset& like, bool ones);

/// Whether all values of all ranks' rows are ones. To be called by all ranks.
bool all_ones(World& world, const Dataset& own);

/// Some rows of each rank, from all over its own, of about so many bytes together. Ranks that are
/// no recipients get none. To be called by all ranks.
enum class Recipients { first, all };
Dataset sample_of_all(World& world, const Dataset& own, std::uint64_t bytes, Recipients who);

}  // namespace hogwild
