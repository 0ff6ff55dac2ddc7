/** @file
 * The C interface: models that predict, learners that learn while they predict, and training from
 * files.
 *
 *  1. Every function that can fail returns a hogwild_status. hogwild_last_error() has the reason in
 *     words, for the calling thread, until its next call that fails. Results are written only when
 *     HOGWILD_OK is returned.
 *  2. Functions that take a pointer to a handle create the handle; pass it to its _free function
 *     once. NULL may be freed.
 *  3. A model never changes: any number of threads may use it at once. Any number of threads may
 *     use a learner at once. Options and row builders are for one thread at a time.
 *  4. No function throws, prints, or ends the program. Errors in rows are found and reported, and
 *     no row of that call is learnt.
 *  5. Later versions of 0.1 (and from 1.0 on of the same first number) may add functions and
 *     constants; they remove none and change no struct. */
#ifndef HOGWILD_H
#define HOGWILD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** The result of a call. */
typedef enum hogwild_status {
  HOGWILD_OK = 0,           /**< success */
  HOGWILD_OPTION_ERROR = 1, /**< an option is wrong, or two options contradict each other */
  HOGWILD_PARSE_ERROR = 2, /**< a line of a file is malformed; the message has file, line, column */
  HOGWILD_DATA_ERROR = 3,  /**< the rows can't be used as asked */
  HOGWILD_IO_ERROR = 4,    /**< a file can't be opened, read or written */
  HOGWILD_MODEL_ERROR = 5, /**< a model file is damaged, foreign or of a newer version */
  HOGWILD_NO_MEMORY = 6,   /**< out of memory */
  HOGWILD_OTHER_ERROR = 7  /**< see the message */
} hogwild_status;

/** Options by name. */
typedef struct hogwild_options hogwild_options;
/** A trained model. */
typedef struct hogwild_model hogwild_model;
/** A model that keeps learning. */
typedef struct hogwild_learner hogwild_learner;

/** Makes rows of what a program has: columns and values, or a line of text. */
typedef struct hogwild_row_builder hogwild_row_builder;

/** A row: the indices of its features, ascending, and their values. */
typedef struct hogwild_row {
  const uint32_t* indices; /**< [nonzeros] */
  const float* values;     /**< [nonzeros], or NULL: all values are 1 */
  size_t nonzeros;         /**< number of features in the row */
  float label;             /**< used only by hogwild_learner_learn() */
  float weight;            /**< the row counts this many times, >= 0; likewise */
} hogwild_row;

/** The version of the library, "0.1.0". */
const char* hogwild_version(void);

/** The message of the last failure in the calling thread; "" before the first. Valid until the next
 * failure. */
const char* hogwild_last_error(void);

/** New options, all at their defaults. They have the names and values of `hogwild train` without
 * "--": "epochs", "5"; a flag takes true or false. Options of ranks, checkpoints and output belong
 * to the command alone. A learner has loss, optimizer and its numbers, learning-rate, no-bias,
 * hash-bits, and features (if rows have indices, not names), positive-weight and negative-weight;
 * it refuses others. */
hogwild_status hogwild_options_new(hogwild_options** options);

/** Sets an option. HOGWILD_OPTION_ERROR for an unknown name, a text that is not a value of the
 * option, and a value out of range; options that contradict each other are refused when they are
 * used. */
hogwild_status hogwild_options_set(hogwild_options* options, const char* name, const char* value);

/** Frees options. */
void hogwild_options_free(hogwild_options* options);

/** The value of an option, as hogwild_options_set() takes it; "" if it has none. NULL for an
 * unknown name. Valid until the next call with these options. */
const char* hogwild_options_get(hogwild_options* options, const char* name);

/** Trains on text or .hogdata files, [count]; options may be NULL. Blocks until training finishes.
 * Rows are held in memory; text that is too large for it is streamed. */
hogwild_status hogwild_train(const char* const* paths, size_t count, const hogwild_options* options,
                             hogwild_model** model);

/** Loads a model file. */
hogwild_status hogwild_model_load(const char* path, hogwild_model** model);

/** Saves a model; an existing file is replaced only when the new one is complete. */
hogwild_status hogwild_model_save(const hogwild_model* model, const char* path);

/** Frees a model. */
void hogwild_model_free(hogwild_model* model);

/** The number of features. */
uint32_t hogwild_model_features(const hogwild_model* model);

/** How many numbers a prediction has: 1, or one for each class. */
size_t hogwild_model_outputs(const hogwild_model* model);

/** The name of a class, valid as long as the model; NULL if there is no such class. */
const char* hogwild_model_class(const hogwild_model* model, size_t number);

/** The index of a feature by its name, which has `length` bytes; "namespace^name" in VW text.
 * Returns 1, or 0 for a feature that the model does not have: leave it out of rows. */
int hogwild_model_feature(const hogwild_model* model, const char* name, size_t length,
                          uint32_t* index);

/** Writes predictions, [count x outputs]: the probability of the positive label, or of each class,
 * if the loss has probabilities; otherwise margins (w.x + bias). Features that the model does not
 * have are ignored. */
hogwild_status hogwild_model_predict(const hogwild_model* model, const hogwild_row* rows,
                                     size_t count, float* predictions);

/** A builder of rows for a model of a table, of JSON lines or of labelled text, by its recipe, or
 * for one whose features have names. The model may be freed before. HOGWILD_OPTION_ERROR for a
 * model whose features have numbers. */
hogwild_status hogwild_row_builder_new(const hogwild_model* model, hogwild_row_builder** builder);

/** Frees a builder and the row that it made last. */
void hogwild_row_builder_free(hogwild_row_builder* builder);

/** Adds a column's value as a table has it; "" is a missing one. HOGWILD_DATA_ERROR for a value
 * that the column can't have. */
hogwild_status hogwild_row_builder_text(hogwild_row_builder* builder, const char* column,
                                        const char* value);

/** Adds a column's value that is a number. */
hogwild_status hogwild_row_builder_number(hogwild_row_builder* builder, const char* column,
                                          double value);

/** Adds a whole row, a line as the model's own data has it, with or without the label. */
hogwild_status hogwild_row_builder_line(hogwild_row_builder* builder, const char* line);

/** Ends the row; columns that were not added are missing. Its arrays are valid until the next call
 * with this builder. */
hogwild_status hogwild_row_builder_row(hogwild_row_builder* builder, hogwild_row* row);

/** Mean loss, AUC and accuracy on the rows of files; NaN for a metric that does not apply. Each
 * pointer may be NULL. */
hogwild_status hogwild_model_evaluate(const hogwild_model* model, const char* const* paths,
                                      size_t count, double* loss, double* auc, double* accuracy);

/** A learner: a model of one output that learns row by row at a constant rate. With a model it
 * starts at the model's weights, features, loss and labels; the option features may add features.
 * Ask hogwild_learner_feature() for its indices: with more than 22 hash-bits they are not those of
 * the model. model and options may be NULL. */
hogwild_status hogwild_learner_new(const hogwild_model* model, const hogwild_options* options,
                                   hogwild_learner** learner);

/** Frees a learner. */
void hogwild_learner_free(hogwild_learner* learner);

/** As hogwild_model_feature(); with hash-bits every name has an index. */
int hogwild_learner_feature(const hogwild_learner* learner, const char* name, size_t length,
                            uint32_t* index);

/** Makes a step on each row in turn. Writes the mean loss before the steps, weighted by the rows
 * and their labels, unless loss is NULL. */
hogwild_status hogwild_learner_learn(hogwild_learner* learner, const hogwild_row* rows,
                                     size_t count, float* loss);

/** Writes predictions, [count], as hogwild_model_predict() does. */
hogwild_status hogwild_learner_predict(const hogwild_learner* learner, const hogwild_row* rows,
                                       size_t count, float* predictions);

/** A model with the weights as they are now. */
hogwild_status hogwild_learner_snapshot(const hogwild_learner* learner, hogwild_model** model);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* HOGWILD_H */
