/**
 * The linter is itself tested: a small clean tree, and one seeded violation a file. Every seed must
 * be caught by the rule it names, and the clean tree must stay clean.
 */
export const CLEAN_TREE: Readonly<Record<string, string>> = {
  "src/shared/lib/assert.ts":
    "export function assertNever(x: never): never {\n  throw new Error(String(x));\n}\n",
  "src/shared/ui/button.tsx":
    'import type { ReactNode } from "react";\nexport function Button({ children }: { children: ReactNode }) {\n  return <button type="button">{children}</button>;\n}\n',
  "src/shared/persistence/database.ts":
    'import { Dexie } from "dexie";\nexport function open(name: string): Dexie {\n  return new Dexie(name);\n}\n',
  "src/domain/kind.ts":
    'import { assertNever } from "@/shared/lib/assert";\nexport type Kind = "a";\nexport function rank(k: Kind): number {\n  switch (k) {\n    case "a":\n      return 1;\n    default:\n      return assertNever(k);\n  }\n}\n',
  "src/inference/ops/gelu.ts":
    'import * as tf from "@tensorflow/tfjs-core";\nexport function gelu(x: tf.Tensor): tf.Tensor {\n  return tf.tidy(() => tf.relu(x));\n}\n',
  "src/inference/protocol/messages.ts":
    'import type { Kind } from "@/domain/kind";\nexport interface EncodeRequest {\n  kind: Kind;\n}\n',
  "src/inference/worker/handlers.ts":
    'import type { EncodeRequest } from "@/inference/protocol/messages";\nimport { gelu } from "@/inference/ops/gelu";\nexport function handle(r: EncodeRequest): unknown {\n  return [r, gelu];\n}\n',
  "src/inference/client/connect.ts":
    'import type { EncodeRequest } from "@/inference/protocol/messages";\nexport function connect(r: EncodeRequest): Worker {\n  const w = new Worker(new URL("../worker/inference.worker.ts", import.meta.url), { type: "module" });\n  w.postMessage(r);\n  return w;\n}\n',
  "src/benchmark/logic/score.ts":
    'import { rank } from "@/domain/kind";\nexport function score(): number {\n  return rank("a");\n}\n',
  "src/labeling/logic/next.ts":
    'import { rank } from "@/domain/kind";\nexport function next(): number {\n  return rank("a");\n}\n',
  "src/labeling/components/card.tsx":
    'import { Button } from "@/shared/ui/button";\nimport { connect } from "@/inference/client/connect";\nimport { next } from "../logic/next";\nexport function Card() {\n  return <Button>{String([next, connect].length)}</Button>;\n}\n',
  "src/app/main.tsx":
    'import { Card } from "@/labeling/components/card";\nimport { score } from "@/benchmark/logic/score";\nexport const app = <Card key={score()} />;\n',
};

export interface Seed {
  readonly name: string;
  /** Path of the seeded file; `zz` stands for a name of its own. */
  readonly file: string;
  readonly code: string;
  readonly rule: string;
}

const DEPENDENCIES = "boundaries(dependencies)";

export const SEEDS: readonly Seed[] = [
  {
    name: "domain imports react",
    file: "src/domain/zz.ts",
    code: 'import { useState } from "react";\nexport const a = useState;',
    rule: DEPENDENCIES,
  },
  {
    name: "domain imports tfjs",
    file: "src/domain/zz.ts",
    code: 'import * as tf from "@tensorflow/tfjs-core";\nexport const a = tf;',
    rule: DEPENDENCIES,
  },
  {
    name: "domain imports shared/ui",
    file: "src/domain/zz.ts",
    code: 'import { Button } from "@/shared/ui/button";\nexport const a = Button;',
    rule: DEPENDENCIES,
  },
  {
    name: "client imports an op",
    file: "src/inference/client/zz.ts",
    code: 'import { gelu } from "@/inference/ops/gelu";\nexport const a = gelu;',
    rule: DEPENDENCIES,
  },
  {
    name: "client imports tfjs",
    file: "src/inference/client/zz.ts",
    code: 'import * as tf from "@tensorflow/tfjs-core";\nexport const a = tf;',
    rule: DEPENDENCIES,
  },
  {
    name: "client imports an op's type",
    file: "src/inference/client/zz.ts",
    code: 'import type { gelu } from "@/inference/ops/gelu";\nexport type A = typeof gelu;',
    rule: DEPENDENCIES,
  },
  {
    name: "component imports tfjs",
    file: "src/labeling/components/zz.tsx",
    code: 'import * as tf from "@tensorflow/tfjs-core";\nexport const a = tf;',
    rule: DEPENDENCIES,
  },
  {
    name: "component imports onnxruntime",
    file: "src/compare/components/zz.tsx",
    code: 'import * as ort from "onnxruntime-web";\nexport const a = ort;',
    rule: DEPENDENCIES,
  },
  {
    name: "component imports the worker",
    file: "src/labeling/components/zz.tsx",
    code: 'import { handle } from "@/inference/worker/handlers";\nexport const a = handle;',
    rule: DEPENDENCIES,
  },
  {
    name: "component imports dexie",
    file: "src/labeling/components/zz.tsx",
    code: 'import { Dexie } from "dexie";\nexport const a = Dexie;',
    rule: DEPENDENCIES,
  },
  {
    name: "labeling imports benchmark",
    file: "src/labeling/logic/zz.ts",
    code: 'import { score } from "@/benchmark/logic/score";\nexport const a = score;',
    rule: DEPENDENCIES,
  },
  {
    name: "logic imports zustand",
    file: "src/labeling/logic/zz.ts",
    code: 'import { createStore } from "zustand/vanilla";\nexport const a = createStore;',
    rule: DEPENDENCIES,
  },
  {
    name: "logic imports its own component",
    file: "src/labeling/logic/zz.ts",
    code: 'import { Card } from "../components/card";\nexport const a = Card;',
    rule: DEPENDENCIES,
  },
  {
    name: "shared imports a feature",
    file: "src/shared/ui/zz.tsx",
    code: 'import { Card } from "@/labeling/components/card";\nexport const a = Card;',
    rule: DEPENDENCIES,
  },
  {
    name: "app imports an op",
    file: "src/app/zz.ts",
    code: 'import { gelu } from "@/inference/ops/gelu";\nexport const a = gelu;',
    rule: DEPENDENCIES,
  },
  {
    name: "protocol imports an op",
    file: "src/inference/protocol/zz.ts",
    code: 'import { gelu } from "@/inference/ops/gelu";\nexport const a = gelu;',
    rule: DEPENDENCIES,
  },
  {
    name: "feature imports an op dynamically",
    file: "src/labeling/components/zz.tsx",
    code: 'export async function a(): Promise<unknown> {\n  return await import("@/inference/ops/gelu");\n}',
    rule: DEPENDENCIES,
  },
  {
    name: "source imports a tool",
    file: "src/domain/zz.ts",
    code: 'import { tool } from "@tools/tool";\nexport const a = tool;',
    rule: DEPENDENCIES,
  },
  {
    name: "unknown folder",
    file: "src/zz.ts",
    code: "export const a = 1;",
    rule: "boundaries(no-unknown-files)",
  },
  {
    name: "barrel file",
    file: "src/domain/zz.ts",
    code: 'export * from "./kind";',
    rule: "oxc(no-barrel-file)",
  },
  {
    name: "floating promise",
    file: "src/labeling/components/zz.tsx",
    code: "async function p(): Promise<number> {\n  await Promise.resolve();\n  return 1;\n}\nexport function a(): void {\n  p();\n}",
    rule: "typescript(no-floating-promises)",
  },
  {
    name: "thrown literal",
    file: "src/domain/zz.ts",
    code: 'export function a(): never {\n  throw "x";\n}',
    rule: "typescript(only-throw-error)",
  },
  {
    name: "setTimeout in domain",
    file: "src/domain/zz.ts",
    code: "export function a(f: () => void): void {\n  setTimeout(f, 1);\n}",
    rule: "eslint(no-restricted-globals)",
  },
  {
    name: "fetch in logic",
    file: "src/benchmark/logic/zz.ts",
    code: 'export async function a(): Promise<unknown> {\n  return await fetch("x");\n}',
    rule: "eslint(no-restricted-globals)",
  },
  {
    name: "Date.now in domain",
    file: "src/domain/zz.ts",
    code: "export function a(): number {\n  return Date.now();\n}",
    rule: "eslint(no-restricted-properties)",
  },
  {
    name: "Math.random in logic",
    file: "src/labeling/logic/zz.ts",
    code: "export function a(): number {\n  return Math.random();\n}",
    rule: "eslint(no-restricted-properties)",
  },
  {
    name: "camelCase file name",
    file: "src/domain/zzTop.ts",
    code: "export const a = 1;",
    rule: "unicorn(filename-case)",
  },
  {
    name: "any",
    file: "src/domain/zz.ts",
    code: "export function a(x: any): void {\n  void x;\n}",
    rule: "typescript(no-explicit-any)",
  },
  {
    name: "missing return type in domain",
    file: "src/domain/zz.ts",
    code: "export function a(x: number) {\n  return x;\n}",
    rule: "typescript(explicit-module-boundary-types)",
  },
  {
    name: "stale @param",
    file: "src/domain/zz.ts",
    code: "/**\n * A.\n * @param y - no.\n */\nexport function a(x: number): number {\n  return x;\n}",
    rule: "jsdoc-js(check-param-names)",
  },
  {
    name: "setState in an effect",
    file: "src/labeling/components/zz.tsx",
    code: 'import { useEffect, useState } from "react";\nexport function A() {\n  const [n, s] = useState(0);\n  useEffect(() => {\n    s(1);\n  }, []);\n  return <p>{n}</p>;\n}',
    rule: "react(set-state-in-effect)",
  },
  {
    name: "Math.random while rendering",
    file: "src/labeling/components/zz.tsx",
    code: "export function A() {\n  return <p>{Math.random()}</p>;\n}",
    rule: "react(purity)",
  },
];
