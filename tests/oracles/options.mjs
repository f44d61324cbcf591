// What the tools of npm make of XML with any of their options.
//
//     node options.mjs < requests
//
// Reads a JSON list of {tool, options, xml} from standard input, writes a JSON list of {value}, in that order; {error} where the tool fails, and
// {missing: true} where it is not installed.

import { readFileSync } from "node:fs";

const load = async (name) => {
  try {
    return await import(name);
  } catch {
    return undefined;
  }
};
const [xml2js, xmlJs, fast] = await Promise.all(["xml2js", "xml-js", "fast-xml-parser"].map(load));
const processors = { parseNumbers: xml2js?.default.processors.parseNumbers, parseBooleans: xml2js?.default.processors.parseBooleans };
const withProcessors = ({ numbers, ...options }) =>
  numbers ? { ...options, valueProcessors: Object.values(processors), attrValueProcessors: Object.values(processors) } : options;
const tools = {
  "xml2js": xml2js && ((xml, options) => xml2js.default.parseStringPromise(xml, withProcessors(options))),
  "xml-js": xmlJs && (async (xml, options) => xmlJs.default.xml2js(xml, options)),
  "fast-xml-parser": fast && (async (xml, options) => new fast.XMLParser(options).parse(xml)),
};

const results = [];
for (const { tool, options, xml } of JSON.parse(readFileSync(0, "utf8"))) {
  if (!tools[tool]) {
    results.push({ missing: true });
    continue;
  }
  try {
    results.push({ value: await tools[tool](xml, options) });
  } catch (error) {
    results.push({ error: String(error.message).split("\n")[0] });
  }
}
process.stdout.write(JSON.stringify(results));
