// What of make_files.py a stock Tiled cannot serve, whoever registers it, and why.

/** Registered by copycat and refused by the server: reason by path. */
export const unservedKinds: Readonly<Record<string, string>> = {
  "/kinds.h5/compounds/padded": "Tiled's description of a compound has no place for padding between fields",
  "/kinds.h5/others/array type":
    "Tiled loses the dimensions that the type itself adds to those of the data set",
};

/** Not registered in the first place: code of the reject by path. */
export const rejectedKinds: Readonly<Record<string, string>> = {
  "/kinds.h5/compounds/with variable text": "unsupported_type",
  "/kinds.h5/shapes/null": "null_dataspace",
  "/Ünter ordner/lauf 1 größe.h5/shapes/null": "null_dataspace",
};
