// Apart from the migrations, so that reading a stamp does not load the library that writes schemas.

/** The alembic revision of the schema made here: Tiled 0.2.15 to 0.2.18. */
export const catalogRevision = "c31f6a1d7e20";
