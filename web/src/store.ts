// What a browser keeps for a learner: their files, backups of them, hints used, and how each exercise stands.
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import type { Exercise } from "./messages";

const PREFIX = "minigrad/";
const BACKUPS = 10; // of one file

export interface Standing {
  passed: number;
  count: number;
  done: boolean;
}

const read = (key: string): string | null => localStorage.getItem(PREFIX + key);
const write = (key: string, text: string): void => localStorage.setItem(PREFIX + key, text);

export const fileOf = (name: string): string | null => read(`files/${name}`);
export const save = (name: string, text: string): void => write(`files/${name}`, text);
export const changed = (event: StorageEvent, name: string): boolean => event.key === `${PREFIX}files/${name}`;

export const state = (): unknown => JSON.parse(read("state") ?? "{}");
export const remember = (state: unknown): void => write("state", JSON.stringify(state));

export const standing = (number: number): Standing | null => JSON.parse(read(`standing/${number}`) ?? "null") as Standing | null;
export const stands = (number: number, how: Standing): void => write(`standing/${number}`, JSON.stringify(how));

export function allFiles(names: string[]): Record<string, string> {
  const found = names.map((name) => [name, fileOf(name)] as const);
  return Object.fromEntries(found.filter((pair): pair is [string, string] => pair[1] !== null));
}

/** The learner's own checks of an exercise: the file that catch reads. */
export const checksOf = (exercise: Exercise): string => `catch/${exercise.file.slice(0, 4)}.py`;
export const allChecks = (exercises: Exercise[]): Record<string, string> => allFiles(exercises.map(checksOf));

/** Keeps a copy before a file is replaced. */
export function backUp(name: string): void {
  const text = fileOf(name);
  if (text === null) return;
  write(`backups/${name}`, JSON.stringify([{ at: new Date().toISOString(), text }, ...backups(name)].slice(0, BACKUPS)));
}

interface Backup { at: string; text: string }
export const backups = (name: string): Backup[] => JSON.parse(read(`backups/${name}`) ?? "[]") as Backup[];

/** All files in one zip: what `make grade` takes for a submission. */
export function exported(files: Record<string, string>): Blob {
  const packed = Object.entries(files).map(([name, text]) => [`exercises/${name}`, strToU8(text)] as const);
  return new Blob([zipSync(Object.fromEntries(packed))], { type: "application/zip" });
}

/** Takes exercises and checks out of a zip, with a backup of each file that they replace; says which. */
export async function imported(file: File, exercises: Exercise[]): Promise<string[]> {
  const names = exercises.flatMap((each) => [each.file, checksOf(each)]);
  const found: string[] = [];
  for (const [path, bytes] of Object.entries(unzipSync(new Uint8Array(await file.arrayBuffer())))) {
    const name = /(?:catch\/)?[^/]*$/.exec(path)?.[0] ?? "";
    if (!names.includes(name) || path.split("/").some((part) => part.startsWith("."))) continue;
    backUp(name);
    save(name, strFromU8(bytes));
    found.push(name);
  }
  return found;
}
