/* The C interface from C: what hogwild.h promises, as a program that ends with 0. */
#include <hogwild/hogwild.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void expect_at(int holds, const char* what, int line) {
  if (holds) return;
  printf("%s:%d: not so: %s (last error: %s)\n", __FILE__, line, what, hogwild_last_error());
  ++failures;
}
#define EXPECT(what) expect_at((what) ? 1 : 0, #what, __LINE__)

static hogwild_row row(const uint32_t* indices, size_t nonzeros, float label) {
  hogwild_row made = {indices, NULL, nonzeros, label, 1};
  return made;
}

static void write_rows(const char* path) {
  FILE* file = fopen(path, "w");
  if (file == NULL) exit(2);
  for (int i = 0; i < 500; ++i) fprintf(file, i % 2 == 0 ? "1 1:1 3:0.5\n" : "-1 2:1 3:0.5\n");
  fclose(file);
}

static hogwild_options* options_of(const char* const* names_and_values) {
  hogwild_options* options = NULL;
  EXPECT(hogwild_options_new(&options) == HOGWILD_OK);
  for (; *names_and_values != NULL; names_and_values += 2) {
    EXPECT(hogwild_options_set(options, names_and_values[0], names_and_values[1]) == HOGWILD_OK);
  }
  return options;
}

static void trains_saves_loads_and_predicts(void) {
  write_rows("rows.svm");
  const char* const said[] = {"epochs",  "3", "learning-rate", "0.5",      "optimizer",
                              "adagrad", "threads", "1",       "batch-size", "1", NULL};
  hogwild_options* options = options_of(said);
  const char* const paths[] = {"rows.svm"};
  hogwild_model *model = NULL, *loaded = NULL;
  EXPECT(hogwild_train(paths, 1, options, &model) == HOGWILD_OK);
  EXPECT(hogwild_model_features(model) == 3);
  EXPECT(hogwild_model_outputs(model) == 1);
  EXPECT(hogwild_model_class(model, 0) == NULL);

  const uint32_t good[] = {0, 2}, bad[] = {1, 2, 77}; /* 77 is unknown to it */
  const hogwild_row rows[] = {row(good, 2, 0), row(bad, 3, 0)};
  float before[2], after[2];
  EXPECT(hogwild_model_predict(model, rows, 2, before) == HOGWILD_OK);
  EXPECT(before[0] > 0.8f && before[1] < 0.2f);
  EXPECT(hogwild_model_save(model, "model.hog") == HOGWILD_OK);
  EXPECT(hogwild_model_load("model.hog", &loaded) == HOGWILD_OK);
  EXPECT(hogwild_model_predict(loaded, rows, 2, after) == HOGWILD_OK);
  EXPECT(memcmp(before, after, sizeof before) == 0);

  double loss = -1, auc = -1, accuracy = -1;
  EXPECT(hogwild_model_evaluate(loaded, paths, 1, &loss, &auc, &accuracy) == HOGWILD_OK);
  EXPECT(auc == 1 && accuracy == 1 && loss > 0 && loss < 0.3);
  EXPECT(hogwild_model_evaluate(loaded, paths, 1, NULL, NULL, NULL) == HOGWILD_OK);
  hogwild_model_free(model);
  hogwild_model_free(loaded);
  hogwild_options_free(options);
}

static void learns_classes(void) {
  FILE* file = fopen("classes.vw", "w");
  if (file == NULL) exit(2);
  const char* const animals[] = {"cat | meows", "dog | barks", "cow | moos"};
  for (int i = 0; i < 300; ++i) fprintf(file, "%s\n", animals[i % 3]);
  fclose(file);
  const char* const said[] = {"loss", "softmax", "epochs", "5", "learning-rate", "0.5", NULL};
  hogwild_options* options = options_of(said);
  const char* const paths[] = {"classes.vw"};
  hogwild_model* model = NULL;
  EXPECT(hogwild_train(paths, 1, options, &model) == HOGWILD_OK);
  EXPECT(hogwild_model_outputs(model) == 3);
  EXPECT(strcmp(hogwild_model_class(model, 0), "cat") == 0);
  EXPECT(hogwild_model_class(model, 3) == NULL);
  uint32_t moos = 0;
  EXPECT(hogwild_model_feature(model, "moos", 4, &moos) == 1);
  EXPECT(hogwild_model_feature(model, "quacks", 6, &moos) == 0);
  const hogwild_row says_moo = row(&moos, 1, 0);
  float chances[3];
  EXPECT(hogwild_model_predict(model, &says_moo, 1, chances) == HOGWILD_OK);
  EXPECT(chances[1] > chances[0] && chances[1] > chances[2]);
  EXPECT(fabsf(chances[0] + chances[1] + chances[2] - 1) < 1e-5f);
  hogwild_learner* learner = NULL;
  EXPECT(hogwild_learner_new(model, NULL, &learner) == HOGWILD_OPTION_ERROR);
  hogwild_model_free(model);
  hogwild_options_free(options);
}

static void learns_while_it_is_asked(void) {
  const char* const said[] = {"hash-bits", "18", "learning-rate", "0.3", NULL};
  hogwild_options* options = options_of(said);
  hogwild_learner* learner = NULL;
  EXPECT(hogwild_learner_new(NULL, options, &learner) == HOGWILD_OK);
  uint32_t sunny = 0, rainy = 0;
  EXPECT(hogwild_learner_feature(learner, "sky^sunny", 9, &sunny) == 1);
  EXPECT(hogwild_learner_feature(learner, "sky^rainy", 9, &rainy) == 1);
  const hogwild_row rows[] = {row(&sunny, 1, 1), row(&rainy, 1, 0)};
  float first = 0, loss = 0, predictions[2];
  EXPECT(hogwild_learner_learn(learner, rows, 2, &first) == HOGWILD_OK);
  for (int i = 0; i < 50; ++i) EXPECT(hogwild_learner_learn(learner, rows, 2, &loss) == HOGWILD_OK);
  EXPECT(loss < first);
  EXPECT(hogwild_learner_predict(learner, rows, 2, predictions) == HOGWILD_OK);
  EXPECT(predictions[0] > 0.6f && predictions[1] < 0.4f);

  /* A snapshot predicts as it did, whatever is learnt after it; another learner goes on from it. */
  hogwild_model* model = NULL;
  hogwild_learner* second = NULL;
  float then[2], on[2];
  EXPECT(hogwild_learner_snapshot(learner, &model) == HOGWILD_OK);
  EXPECT(hogwild_learner_new(model, NULL, &second) == HOGWILD_OK);
  EXPECT(hogwild_learner_learn(learner, rows, 2, NULL) == HOGWILD_OK);
  EXPECT(hogwild_model_predict(model, rows, 2, then) == HOGWILD_OK);
  EXPECT(hogwild_learner_predict(second, rows, 2, on) == HOGWILD_OK);
  EXPECT(fabsf(then[0] - predictions[0]) < 1e-6f && fabsf(on[0] - predictions[0]) < 1e-6f);
  hogwild_model_free(model);
  hogwild_learner_free(second);
  hogwild_learner_free(learner);
  hogwild_options_free(options);
}

static void tells_what_is_wrong(void) {
  hogwild_options* options = NULL;
  hogwild_model* model = NULL;
  hogwild_learner* learner = NULL;
  EXPECT(hogwild_options_new(&options) == HOGWILD_OK);
  EXPECT(hogwild_options_set(options, "colour", "red") == HOGWILD_OPTION_ERROR);
  EXPECT(strstr(hogwild_last_error(), "learning-rate") != NULL); /* it lists what there is */
  EXPECT(hogwild_options_set(options, "epochs", "many") == HOGWILD_OPTION_ERROR);
  EXPECT(hogwild_options_set(options, "batch-size", "0") == HOGWILD_OPTION_ERROR);
  EXPECT(hogwild_options_set(options, "optimizer", "luck") == HOGWILD_OPTION_ERROR);
  EXPECT(strstr(hogwild_last_error(), "adagrad") != NULL);
  EXPECT(hogwild_model_load("none", &model) == HOGWILD_IO_ERROR);
  EXPECT(model == NULL && strstr(hogwild_last_error(), "none") != NULL);
  write_rows("rows.svm");
  EXPECT(hogwild_model_load("rows.svm", &model) == HOGWILD_MODEL_ERROR);
  FILE* file = fopen("wrong.svm", "w");
  if (file == NULL) exit(2);
  fputs("1 1:1\n-1 2:x\n", file);
  fclose(file);
  const char* const wrong[] = {"wrong.svm"};
  EXPECT(hogwild_train(wrong, 1, options, &model) == HOGWILD_PARSE_ERROR);
  EXPECT(strstr(hogwild_last_error(), "wrong.svm:2:") != NULL);
  EXPECT(hogwild_train(wrong, 0, options, &model) == HOGWILD_OPTION_ERROR);

  EXPECT(hogwild_options_set(options, "features", "10") == HOGWILD_OK);
  EXPECT(hogwild_learner_new(NULL, options, &learner) == HOGWILD_OK);
  const uint32_t falling[] = {2, 1}, far[] = {10}, fine[] = {1, 2};
  const float infinite[] = {1, INFINITY};
  hogwild_row rows[2] = {row(fine, 2, 1), row(falling, 2, 1)};
  float before = 0, after = 0;
  EXPECT(hogwild_learner_predict(learner, rows, 1, &before) == HOGWILD_OK);
  EXPECT(hogwild_learner_learn(learner, rows, 2, NULL) == HOGWILD_DATA_ERROR);
  EXPECT(strstr(hogwild_last_error(), "row 1") != NULL);
  rows[1] = row(far, 1, 1);
  EXPECT(hogwild_learner_learn(learner, rows, 2, NULL) == HOGWILD_DATA_ERROR);
  EXPECT(hogwild_learner_predict(learner, rows + 1, 1, &after) == HOGWILD_DATA_ERROR);
  rows[1] = row(fine, 2, NAN);
  EXPECT(hogwild_learner_learn(learner, rows, 2, NULL) == HOGWILD_DATA_ERROR);
  rows[1] = row(fine, 2, 1);
  rows[1].values = infinite;
  EXPECT(hogwild_learner_learn(learner, rows, 2, NULL) == HOGWILD_DATA_ERROR);
  rows[1] = row(fine, 2, 1);
  rows[1].weight = -1;
  EXPECT(hogwild_learner_learn(learner, rows, 2, NULL) == HOGWILD_DATA_ERROR);
  /* Nothing was learnt of any of those calls, their good rows included. */
  EXPECT(hogwild_learner_predict(learner, rows, 1, &after) == HOGWILD_OK);
  EXPECT(before == after);
  hogwild_learner_free(learner);
  hogwild_learner_free(NULL);
  hogwild_model_free(NULL);
  hogwild_options_free(options);
}

static void reads_raw_rows(void) {
  hogwild_options* options = NULL;
  hogwild_model* model = NULL;
  hogwild_row_builder* builder = NULL;
  FILE* file = fopen("churn.csv", "w");
  if (file == NULL) exit(2);
  fputs("age,city,churned\n", file);
  for (int i = 0; i < 100; ++i) {
    fprintf(file, "%d,%s,%d\n", 20 + i % 40, i % 3 == 0 ? "paris" : "rome", i % 2);
  }
  fclose(file);
  EXPECT(hogwild_options_new(&options) == HOGWILD_OK);
  EXPECT(hogwild_options_set(options, "label", "churned") == HOGWILD_OK);
  EXPECT(hogwild_options_set(options, "threads", "1") == HOGWILD_OK);
  const char* const tables[] = {"churn.csv"};
  EXPECT(hogwild_train(tables, 1, options, &model) == HOGWILD_OK);
  EXPECT(hogwild_row_builder_new(model, &builder) == HOGWILD_OK);
  hogwild_row made;
  float by_columns = 0, by_line = 1;
  EXPECT(hogwild_row_builder_number(builder, "age", 33) == HOGWILD_OK);
  EXPECT(hogwild_row_builder_text(builder, "city", "paris") == HOGWILD_OK);
  EXPECT(hogwild_row_builder_row(builder, &made) == HOGWILD_OK);
  EXPECT(made.nonzeros == 2);
  EXPECT(hogwild_model_predict(model, &made, 1, &by_columns) == HOGWILD_OK);
  EXPECT(hogwild_row_builder_line(builder, "33,paris") == HOGWILD_OK);
  EXPECT(hogwild_row_builder_row(builder, &made) == HOGWILD_OK);
  EXPECT(hogwild_model_predict(model, &made, 1, &by_line) == HOGWILD_OK);
  EXPECT(by_columns == by_line);
  EXPECT(hogwild_row_builder_text(builder, "age", "old") == HOGWILD_DATA_ERROR);
  EXPECT(strstr(hogwild_last_error(), "column 'age': expected a number") != NULL);
  hogwild_row_builder_free(builder);
  hogwild_row_builder_free(NULL);
  hogwild_model_free(model);
  hogwild_options_free(options);
}

int main(void) {
  EXPECT(strlen(hogwild_version()) >= 5);
  EXPECT(strcmp(hogwild_last_error(), "") == 0);
  trains_saves_loads_and_predicts();
  learns_classes();
  learns_while_it_is_asked();
  tells_what_is_wrong();
  reads_raw_rows();
  if (failures == 0) puts("all as promised");
  return failures == 0 ? 0 : 1;
}
