// The data source of a node.

import { memberTexts } from "../../files/index.ts";
import { asJsonText, type JsonText } from "../../json.ts";
import { Refusal } from "../problem.ts";
import { readAssets } from "./assets.ts";
import { choiceOf, Fields, fieldNames, objectOf, shortTextOf } from "./fields.ts";
import { checkParameters, hdf5Mimetype } from "./parameters.ts";
import { completeStructure } from "./structure.ts";
import { type DataSource, managements, type StructureFamily, structureFamilies } from "./types.ts";

const where = "data_source";

const dataSourceFields = fieldNames([
  "mimetype",
  "structure_family",
  "structure",
  "parameters",
  "properties",
  "management",
  "assets",
]);

const emptyObject = asJsonText("{}");

/**
 * Reads and checks a data source.
 *
 * @param text the exact JSON of `value`
 * @param nodeFamily the node's family when the record gives one; the data source's must be the same
 */
export function readDataSource(value: unknown, text: string, nodeFamily: StructureFamily | null): DataSource {
  const fields = new Fields(objectOf(where, value), dataSourceFields, where);
  const texts = memberTexts(text);

  const mimetype = shortTextOf(`${where}.mimetype`, fields.get("mimetype"));
  if (mimetype === "") throw new Refusal("missing_field", `${where}.mimetype is empty.`);
  const structureFamily = readFamily(fields.get("structure_family"), nodeFamily);
  const parameters = fields.get("parameters") ?? {};
  checkParameters(mimetype, structureFamily, objectOf(`${where}.parameters`, parameters));
  const assets = readAssets(fields.get("assets"), fields.text("assets", texts));
  if (mimetype === hdf5Mimetype && assets.length === 0) {
    throw new Refusal("missing_asset", `${where}.assets is empty: name the HDF5 file.`);
  }
  return {
    mimetype,
    structureFamily,
    structure: completeStructure(structureFamily, fields.get("structure"), fields.text("structure", texts)),
    parameters: objectText(`${where}.parameters`, fields.get("parameters"), fields.text("parameters", texts)),
    properties: objectText(`${where}.properties`, fields.get("properties"), fields.text("properties", texts)),
    management: choiceOf(`${where}.management`, fields.get("management") ?? "external", {
      choices: managements,
      code: "unknown_management",
    }),
    assets,
  };
}

/** The exact text of an object; missing and null become `{}`, because NULL in these columns is HTTP 500. */
export function objectText(field: string, value: unknown, text: string): JsonText {
  if (value === undefined || value === null) return emptyObject;
  objectOf(field, value);
  return asJsonText(text);
}

function readFamily(value: unknown, nodeFamily: StructureFamily | null): StructureFamily {
  const given = value ?? nodeFamily ?? undefined;
  if (given === undefined) {
    throw new Refusal("missing_field", "structure_family is missing, in the record and in its data source.");
  }
  const family = choiceOf(`${where}.structure_family`, given, {
    choices: structureFamilies,
    code: "unknown_family",
  });
  if (nodeFamily !== null && family !== nodeFamily) {
    const message = `structure_family is ${nodeFamily}, but that of the data source is ${family}; Tiled needs the same.`;
    throw new Refusal("family_mismatch", message);
  }
  return family;
}
