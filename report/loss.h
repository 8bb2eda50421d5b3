/*
 * The loss table: from domains to labelled hosts, and every way of getting
 * lost in between with its sentence.
 */
#ifndef MXPRINT_REPORT_LOSS_H
#define MXPRINT_REPORT_LOSS_H

#include "common/error.h"
#include "report/writer.h"
#include "survey/store.h"

/* A sheet "outcome" of w. */
enum status loss_write(
    struct store *store, struct writer *w, struct error *err);

#endif
