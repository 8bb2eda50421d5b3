/*
 * The schema of survey.db (docs/mxprint-run.5 explains it to users).
 * Internal to survey/store*.c. A change raises STORE_VERSION; older files
 * are then built again from their segments.
 */
#ifndef MXPRINT_SURVEY_STORE_SCHEMA_H
#define MXPRINT_SURVEY_STORE_SCHEMA_H

#define STORE_APPLICATION 0x4d585052 /* "MXPR" */
#define STORE_VERSION	  1

/* Large columns come last: a row's overflow pages are read only for them. */
static const char store_schema[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
    "CREATE TABLE domains(position INTEGER PRIMARY KEY,"
    " domain TEXT NOT NULL UNIQUE, input TEXT, outcome TEXT NOT NULL,"
    " ttl INTEGER, time TEXT, columns TEXT);"
    "CREATE TABLE mx(domain TEXT NOT NULL, name TEXT NOT NULL,"
    " preference INTEGER NOT NULL, outcome TEXT NOT NULL, canonical TEXT,"
    " PRIMARY KEY(domain, preference, name)) WITHOUT ROWID;"
    "CREATE TABLE addresses(name TEXT NOT NULL, address TEXT NOT NULL,"
    " outcome TEXT NOT NULL, PRIMARY KEY(name, address)) WITHOUT ROWID;"
    "CREATE TABLE hosts(id INTEGER PRIMARY KEY, host TEXT NOT NULL,"
    " port INTEGER NOT NULL, name TEXT, outcome TEXT NOT NULL, detail TEXT,"
    " plan TEXT, start TEXT, transcript BLOB, UNIQUE(host, port));"
    "CREATE TABLE chosen(domain TEXT NOT NULL, host TEXT NOT NULL,"
    " port INTEGER NOT NULL, mx TEXT, preference INTEGER,"
    " PRIMARY KEY(domain, host, port)) WITHOUT ROWID;"
    "CREATE INDEX chosen_host ON chosen(host, port);"
    "CREATE TABLE predictions(id INTEGER PRIMARY KEY, host TEXT NOT NULL,"
    " port INTEGER NOT NULL, product TEXT, confidence REAL, version TEXT,"
    " family TEXT, operator TEXT, front TEXT, source TEXT, flags TEXT,"
    " record TEXT NOT NULL, UNIQUE(host, port));"
    "CREATE TABLE labels(host TEXT NOT NULL, port INTEGER NOT NULL,"
    " product TEXT NOT NULL, version TEXT, annotator TEXT, date TEXT,"
    " comment TEXT, PRIMARY KEY(host, port)) WITHOUT ROWID;";

#endif
