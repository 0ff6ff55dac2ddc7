// Every update rule; the only registry of them. A new rule is one file and one word here.
#pragma once

#include <string>
#include <variant>

#include "hogwild/update/adadelta.hpp"
#include "hogwild/update/adagrad.hpp"
#include "hogwild/update/adam.hpp"
#include "hogwild/update/adaptive_revision.hpp"
#include "hogwild/update/ftrl.hpp"
#include "hogwild/update/momentum.hpp"
#include "hogwild/update/nesterov.hpp"
#include "hogwild/update/nesterov_adagrad.hpp"
#include "hogwild/update/rmsprop.hpp"
#include "hogwild/update/sgd.hpp"

namespace [[gnu::visibility("default")]] hogwild {

using AnyUpdateRule = std::variant<Sgd, Momentum, Nesterov, Adagrad, Adadelta, Rmsprop, Adam, Ftrl,
                                   AdaptiveRevision, NesterovAdagrad>;

/// Throws OptionError if a member of the rule is out of its range.
void require_valid(const AnyUpdateRule& rule);

/// A rule as the command line has it: "adagrad --epsilon 1e-08".
std::string in_words(const AnyUpdateRule& rule);

}  // namespace hogwild
