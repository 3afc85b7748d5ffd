// Reading through the catalog in a process of its own, from the compiled library. Prints one line of JSON:
// milliseconds by task. Plain JavaScript, so that nothing has to be compiled while the clock runs.

const [, , built, text] = process.argv;
const task = JSON.parse(text);
const load = (name) => import(`${built}/src/${name}`);

const { openDatabase, openHdf5Reader, readArray, readMany } = await load("read/index.js");
const startMs = process.uptime() * 1000;
const { locate } = await load("catalog/read/locate.js");
const { readLocators } = await load("catalog/read/readLocators.js");
const database = await openDatabase({ dsn: task.dsn });
const result = task.kind === "cold" ? await readCold(task) : await readWarm(task);
await database.close();
console.log(JSON.stringify(result));

/** Where the array is known, the question to the catalog is not counted. */
async function readCold({ path, sum, isKnown }) {
  const known = isKnown ? await locateAll([path]) : [];
  const start = performance.now();
  const [{ data }] = isKnown ? await readKnown(openHdf5Reader(), known) : [await readArray(database, path)];
  const elapsedMs = performance.now() - start;
  check([data], sum);
  return { "first read": elapsedMs, start: startMs };
}

async function locateAll(wanted) {
  const locators = [];
  for await (const page of locate(database, wanted)) locators.push(...page.map(({ found }) => found));
  return locators;
}

async function readKnown(reader, locators) {
  const read = await readLocators(reader, locators, []);
  for (const array of read) if (array instanceof Error) throw array;
  return read;
}

/** Each work twice: found through the catalog, and with its locators known. */
async function readWarm({ works, warmUps, repetitions }) {
  const reader = openHdf5Reader();
  const times = {};
  for (const [name, work] of Object.entries(works)) {
    const { path, container, artifact } = work;
    const wanted = container === undefined ? [path] : { dataset: container, artifact };
    const locators = await locateAll(wanted);
    const ways = {
      [name]: async () => {
        if (container === undefined) return [(await readArray(database, path, { reader })).data];
        const arrays = [];
        for await (const { data } of readMany(database, wanted, { reader })) arrays.push(data);
        return arrays;
      },
      [`${name} known`]: async () => (await readKnown(reader, locators)).map(({ data }) => data),
    };
    for (const [way, run] of Object.entries(ways)) {
      const runs = [];
      for (let repetition = 0; repetition < warmUps + repetitions; repetition++) {
        const start = performance.now();
        const arrays = await run();
        const elapsedMs = performance.now() - start;
        if (repetition === 0) {
          check(arrays, work.sum);
          times[`${way} first`] = elapsedMs;
        }
        if (repetition >= warmUps) runs.push(elapsedMs);
      }
      times[way] = runs.sort((a, b) => a - b)[runs.length >> 1];
    }
  }
  await reader.close();
  return times;
}

function check(arrays, expected) {
  let sum = 0;
  for (const array of arrays) for (const value of array) sum += value;
  if (!(Math.abs(sum - expected) < 1e-6 * Math.max(1, Math.abs(expected)))) {
    throw new Error(`The values add up to ${sum} and should add up to ${expected}.`);
  }
}
