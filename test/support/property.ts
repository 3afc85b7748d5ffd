// fast-check, with the same examples in each run: a test that fails by chance says nothing of a change. Other ones are tried
// with COPYCAT_PROPERTY_SEED=random or a number, and what fails prints its own.

import fc from "fast-check";

const given = process.env.COPYCAT_PROPERTY_SEED;

if (given !== "random") fc.configureGlobal({ seed: given === undefined ? 20_201 : Number(given) });

export { fc };
