// In what order rows are learnt.
#pragma once

namespace [[gnu::visibility("default")]] hogwild {

/// The order of rows within an epoch.
enum class RowOrder {
  shuffle,     ///< each row once, anew each epoch, a function of seed and epoch alone
  sequential,  ///< each row once, as stored
  curriculum,  ///< as many visits as there are rows, easy rows more often: see TrainOptions
};

/// How a curriculum chooses rows, which are sorted by difficulty into levels of equal size.
/// Source: Bengio, Louradour, Collobert, Weston, ICML 2009; mixed and combined by Zaremba and
/// Sutskever, arXiv 1410.4615, 2014.
enum class CurriculumKind {
  naive,     ///< rows of the admitted levels only, over and over. It starts with the easiest level;
             ///< the next one is admitted after an epoch whose validation loss is not better than
             ///< that before it; without validation rows, or in a run of fewer epochs than twice
             ///< the levels, one by one over the first half of the run
  mixed,     ///< each visit: a level drawn uniformly, then a row up to it
  combined,  ///< each visit by naive or by mixed, one half each
};

}  // namespace hogwild
