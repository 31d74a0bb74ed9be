/* SPDX-License-Identifier: GPL-2.0 */
/*
 * export_tables.h - the schema of `export --sqlite`, but for the table events,
 * which the descriptors of the records make. hmmtrace-export(1) explains it.
 * Columns are only added, at the end; anything else is a new SCHEMA_VERSION.
 */
#ifndef OUT_EXPORT_TABLES_H
#define OUT_EXPORT_TABLES_H

extern const char export_tables[];
/* Views and indexes. Last: rows come faster into a table without an index. */
extern const char export_views[];

#endif /* OUT_EXPORT_TABLES_H */
