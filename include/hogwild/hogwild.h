/* The library from C, and from whatever binds to C: models that predict, learners that learn while
 * they are asked, and training from files.
 *
 *  1. Every function that can fail returns a hogwild_status; what went wrong is in words in
 *     hogwild_last_error(), of the calling thread, until its next call that fails. Results are
 *     written only where HOGWILD_OK is returned.
 *  2. Handles are made by the functions that take a pointer to one, and are to be given to their
 *     _free once; a NULL may be freed.
 *  3. A model never changes: any threads may use it at once. A learner may learn and be asked by
 * any threads at once. Options are for one thread at a time.
 *  4. No function throws, prints, or ends the program. What a caller gets wrong in rows is found
 * and told, and nothing is learnt of the rows of that call.
 *  5. Functions and constants may be added in later versions of the same number before the first
 *     point (from 1.0 on); none is removed, no struct changes. */
#ifndef HOGWILD_H
#define HOGWILD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef enum hogwild_status {
  HOGWILD_OK = 0,
  HOGWILD_OPTION_ERROR = 1, /* an option, or two that contradict each other */
  HOGWILD_PARSE_ERROR = 2,  /* a line of a file; the message has file, line and column */
  HOGWILD_DATA_ERROR = 3,   /* rows that can't be used as asked */
  HOGWILD_IO_ERROR = 4,     /* a file that can't be opened, read or written */
  HOGWILD_MODEL_ERROR = 5,  /* a model file that is damaged, foreign or newer */
  HOGWILD_NO_MEMORY = 6,
  HOGWILD_OTHER_ERROR = 7
} hogwild_status;

typedef struct hogwild_options hogwild_options;
typedef struct hogwild_model hogwild_model;
typedef struct hogwild_learner hogwild_learner;

/* A row: features by number, in ascending order, and their values; NULL: all are 1. */
typedef struct hogwild_row {
  const uint32_t* indices; /* [nonzeros] */
  const float* values;     /* [nonzeros], or NULL */
  size_t nonzeros;
  float label;  /* to learn from; else it is not looked at */
  float weight; /* the row counts as so many, >= 0; likewise */
} hogwild_row;

/* "0.1.0" */
const char* hogwild_version(void);

/* What the calling thread's last failure was; "" before the first. Valid until its next one. */
const char* hogwild_last_error(void);

/* Options. They have the names and values of `hogwild train`, without "--": "epochs", "5"; a flag
 * takes true or false. Those of ranks, checkpoints and output are the command's alone. A learner has
 * loss, optimizer and its numbers, learning-rate, no-bias, hash-bits, and features (if they are
 * called by index), positive-weight and negative-weight; it refuses others. An unknown name, a text that is no such value and a value out of range are a HOGWILD_OPTION_ERROR
 * at once; options that contradict each other, when they are used. */
hogwild_status hogwild_options_new(hogwild_options** options);
hogwild_status hogwild_options_set(hogwild_options* options, const char* name, const char* value);
void hogwild_options_free(hogwild_options* options);

/* The value of an option, as it would be set; "" if it has none. NULL for an unknown name. Valid
 * until the next call with these options. */
const char* hogwild_options_get(hogwild_options* options, const char* name);

/* Trains on text or .hogdata files, count of them; options may be NULL. Blocks until training
 * finishes. Rows are held in memory, or learnt while they are read if they are too many for it. */
hogwild_status hogwild_train(const char* const* paths, size_t count, const hogwild_options* options,
                             hogwild_model** model);

/* Models. */
hogwild_status hogwild_model_load(const char* path, hogwild_model** model);
hogwild_status hogwild_model_save(const hogwild_model* model, const char* path);
void hogwild_model_free(hogwild_model* model);

/* How many features there are, and numbers a prediction has: 1, or one a class. */
uint32_t hogwild_model_features(const hogwild_model* model);
size_t hogwild_model_outputs(const hogwild_model* model);

/* The name of a class, valid as long as the model; NULL if it has no such class. */
const char* hogwild_model_class(const hogwild_model* model, size_t number);

/* The number of a feature by its name of so many bytes, "namespace^name" in VW text. Returns 0 for
 * one that the model does not know, which is to be left out of rows; else 1. */
int hogwild_model_feature(const hogwild_model* model, const char* name, size_t length,
                          uint32_t* index);

/* Writes count x outputs numbers: the probability of the positive label, or of each class, where
 * the loss has one; else margins. Features past the model's count as unknown. */
hogwild_status hogwild_model_predict(const hogwild_model* model, const hogwild_row* rows,
                                     size_t count, float* predictions);

/* The mean loss of files' rows, their AUC and accuracy, where these have a meaning, else NaN; each
 * may be NULL. */
hogwild_status hogwild_model_evaluate(const hogwild_model* model, const char* const* paths,
                                      size_t count, double* loss, double* auc, double* accuracy);

/* Learners: a model of one output that learns row by row at a constant rate. From a model they go
 * on with its weights, features, loss and labels; model and options may be NULL. */
hogwild_status hogwild_learner_new(const hogwild_model* model, const hogwild_options* options,
                                   hogwild_learner** learner);
void hogwild_learner_free(hogwild_learner* learner);

/* As of a model; with hash-bits every name has a number. */
int hogwild_learner_feature(const hogwild_learner* learner, const char* name, size_t length,
                            uint32_t* index);

/* One step on each row in turn. Writes the mean loss, each row's taken before its step and counted
 * by its weight and that of its label, unless loss is NULL. */
hogwild_status hogwild_learner_learn(hogwild_learner* learner, const hogwild_row* rows,
                                     size_t count, float* loss);

/* Writes count numbers, as a model's. */
hogwild_status hogwild_learner_predict(const hogwild_learner* learner, const hogwild_row* rows,
                                       size_t count, float* predictions);

/* The weights as they are now, frozen. */
hogwild_status hogwild_learner_snapshot(const hogwild_learner* learner, hogwild_model** model);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* HOGWILD_H */
