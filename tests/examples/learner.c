/* A learner from C: two rows, and what it predicts for them. */
#include <hogwild/hogwild.h>
#include <stdio.h>

int main(void) {
  hogwild_options* options = NULL;
  hogwild_learner* learner = NULL;
  const uint32_t indices[] = {0, 1};
  const hogwild_row rows[] = {{&indices[0], NULL, 1, 1, 1}, {&indices[1], NULL, 1, -1, 1}};
  float predictions[2] = {0, 0};
  if (hogwild_options_new(&options) != HOGWILD_OK ||
      hogwild_options_set(options, "features", "2") != HOGWILD_OK ||
      hogwild_learner_new(NULL, options, &learner) != HOGWILD_OK ||
      hogwild_learner_learn(learner, rows, 2, NULL) != HOGWILD_OK ||
      hogwild_learner_predict(learner, rows, 2, predictions) != HOGWILD_OK) {
    printf("%s\n", hogwild_last_error());
    return 1;
  }
  printf("%s: %.3f and %.3f\n", hogwild_version(), predictions[0], predictions[1]);
  hogwild_learner_free(learner);
  hogwild_options_free(options);
  return predictions[0] > predictions[1] ? 0 : 1;
}
