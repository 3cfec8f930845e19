import { MAX_NAME_LENGTH } from '../names.ts'
import type { Frame } from './cpu-window.ts'
import { pathName, scriptName, scriptPath } from './file-names.ts'
import { type ProfiledBodies, profiledBodies } from './profiled-bodies.ts'
import { type SourceMaps, sourceMaps } from './source-maps.ts'
import { type SourceLine, sourceOfLine, sourceOfPlace } from './source-table.ts'

/** A line of a file, as profiles tell it. */
export interface FileLine {
  /** See `scriptName`; undefined for native code. */
  readonly file: string | undefined
  /** From 1; 0 where it is not known. */
  readonly line: number
}

/** A function, as profiles tell it. */
export interface FunctionPlace extends FileLine {
  readonly name: string
}

/** One text for one function. */
export function placeKey({ name, file, line }: FunctionPlace): string {
  return `${name}\0${file}\0${line}`
}

/** Gives functions and lines of the running code the names and places that their authors know. */
export class Places {
  readonly #folder: string
  readonly #maps: SourceMaps
  readonly #bodies: ProfiledBodies
  readonly #functions = new WeakMap<Frame, FunctionPlace>()

  /** @param folder what paths are relative to */
  constructor(folder: string, maps: SourceMaps = sourceMaps, bodies: ProfiledBodies = profiledBodies) {
    this.#folder = folder
    this.#maps = maps
    this.#bodies = bodies
  }

  /** A function: the name that it is profiled under, else its own, and where it begins. */
  function(frame: Frame): FunctionPlace {
    let place = this.#functions.get(frame)
    if (place === undefined) this.#functions.set(frame, (place = this.#functionPlace(frame)))
    return place
  }

  /** A line, from 1, of the script of a function; where the line is made of several of the source, that where the function begins. */
  line(frame: Frame, line: number): FileLine {
    const table = this.#maps.table(frame.url)
    if (table === undefined) return { file: scriptName(frame.url, this.#folder), line }
    const source = sourceOfLine(table, line)
    return source === undefined ? this.function(frame) : this.#inSource(source)
  }

  #functionPlace(frame: Frame): FunctionPlace {
    const name = (this.#bodies.nameOf(frame) ?? ownName(frame)).slice(0, MAX_NAME_LENGTH)
    const table = this.#maps.table(frame.url)
    // Of the code of a module V8 tells no place.
    const line = Math.max(frame.lineNumber, 0) + 1
    const source = table && (sourceOfPlace(table, line, frame.columnNumber) ?? sourceOfPlace(table, line, Infinity))
    if (source !== undefined) return { name, ...this.#inSource(source) }
    const file = scriptName(frame.url, this.#folder)
    return { name, file, line: file === undefined ? 0 : line }
  }

  #inSource({ source, line }: SourceLine): FileLine {
    const path = scriptPath(source)
    // Bundlers make up addresses, such as webpack://agent/./src/plan.ts.
    const file = path === undefined ? source.replace(/^[a-z+.-]+:\/\/[^/]*\/(\.\/)?/i, '') : pathName(path, this.#folder)
    return { file, line }
  }
}

/** V8's own names of what is no function stay: `(program)`, `(garbage collector)`. */
function ownName({ functionName }: Frame): string {
  if (functionName === '') return '(anonymous)'
  // V8 puts the whole expression there, which may be made of what a user typed.
  return functionName.startsWith('RegExp:') ? 'RegExp' : functionName
}
