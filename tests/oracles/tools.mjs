// What the tools of npm make of XML.
//
//     node tools.mjs [file] < requests
//
// Reads a JSON list of {name, dialect, xml} from the file or standard input, writes a JSON list of {name, dialect, value}, in that order;
// {name, dialect, error} where the tool fails. `python tests/test_dialects.py` records the expectations with it.
//
// The options are those that give the content of real payloads, key for key: `trim` is on there, `normalize` off.

import { readFileSync } from "node:fs";
import xmlJs from "xml-js";
import xml2js from "xml2js";

const NESTED = { attrkey: "_attributes", explicitArray: false, trim: true };
const tools = {
  "xml2js": (xml) => xml2js.parseStringPromise(xml, NESTED),
  "xml2js-inline": (xml) => xml2js.parseStringPromise(xml, { ...NESTED, mergeAttrs: true }),
  "xml2js-default": (xml) => xml2js.parseStringPromise(xml),
  "xml-js": async (xml) => xmlJs.xml2js(xml, { compact: true }),
};

const results = [];
for (const { name, dialect, xml } of JSON.parse(readFileSync(process.argv[2] ?? 0, "utf8"))) {
  try {
    results.push({ name, dialect, value: await tools[dialect](xml) });
  } catch (error) {
    results.push({ name, dialect, error: error.message.split("\n")[0] });
  }
}
process.stdout.write(JSON.stringify(results));
