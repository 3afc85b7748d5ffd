// The tables that remember what was promoted and which views there are.

export const promotedTable = "copycat.promoted_key";
export const viewTable = "copycat.dataset_view";
