// Gives step definitions and features to the library behind the Cucumber plugin of editors, and prints what the plugin would
// mark: one line for each step it does not know or error it finds, and a last one with what was read.

import { readFileSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ExpressionBuilder, getGherkinDiagnostics } from '@cucumber/language-service'
import { WasmParserAdapter } from '@cucumber/language-service/wasm'

const [glue, ...places] = process.argv.slice(2)
const main = createRequire(import.meta.url).resolve('@cucumber/language-service')
// The grammars are beside the two forms of the library.
const adapter = new WasmParserAdapter(join(dirname(main), '..', '..'))
await adapter.init()

const source = { languageName: 'javascript', uri: glue, content: readFileSync(glue, 'utf8') }
const built = new ExpressionBuilder(adapter).build([source], [])
for (const error of built.errors) console.log(`${glue}: ${error.message}`)
const expressions = built.expressionLinks.map((link) => link.expression)

const features = (path) => {
  if (statSync(path).isDirectory()) return readdirSync(path).flatMap((name) => features(join(path, name)))
  return path.endsWith('.feature') ? [path] : []
}
const all = places.flatMap(features)
for (const path of all) {
  for (const found of getGherkinDiagnostics(readFileSync(path, 'utf8'), expressions)) {
    console.log(`${path}:${found.range.start.line + 1}: ${found.message}`)
  }
}
console.log(`${expressions.length} expressions, ${built.parameterTypeLinks.length} parameter types, ${all.length} features`)
