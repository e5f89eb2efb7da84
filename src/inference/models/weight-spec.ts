/** What a checkpoint must hold: every name with its shape. */
import { AppError } from "@/shared/lib/errors";
import type { WeightSource } from "../engines/engine";
import type { Shape } from "../ops/ops";

export type WeightSpec = Readonly<Record<string, Shape>>;

/** Specs under a common prefix. */
export function under(prefix: string, spec: WeightSpec): WeightSpec {
  return Object.fromEntries(
    Object.entries(spec).map(([name, shape]) => [`${prefix}${name}`, shape]),
  );
}

/** `count` repetitions of a layer: `prefix` + index + `.` + name. */
export function repeated(prefix: string, count: number, layer: WeightSpec): WeightSpec {
  const specs = Array.from({ length: count }, (_, index) => under(`${prefix}${index}.`, layer));
  return Object.assign({}, ...specs) as WeightSpec;
}

/** A linear layer [out, in], with a bias unless told otherwise. */
export function linearSpec(name: string, out: number, inner: number, hasBias = true): WeightSpec {
  return {
    [`${name}.weight`]: [out, inner],
    ...(hasBias ? { [`${name}.bias`]: [out] } : {}),
  };
}

export function normSpec(name: string, width: number): WeightSpec {
  return { [`${name}.weight`]: [width], [`${name}.bias`]: [width] };
}

/** How many names an error message lists before it stops. */
const LISTED = 12;

/**
 * @param spec - what must be there.
 * @param source - the checkpoint.
 * @param ignored - names that a checkpoint may hold although the forward pass does not read them.
 * @throws AppError `weights-mismatch` listing missing, unused and wrongly shaped tensors.
 */
export function assertWeights(
  spec: WeightSpec,
  source: Pick<WeightSource, "names" | "describe">,
  ignored: readonly string[] = [],
): void {
  const names = new Set(source.names);
  // The row scales of an int8 matrix belong to the matrix.
  const isScale = (name: string): boolean =>
    name.endsWith(".scale") && names.has(name.slice(0, -".scale".length));
  const missing = Object.keys(spec).filter((name) => !names.has(name));
  const unused = source.names.filter(
    (name) => !(name in spec) && !ignored.includes(name) && !isScale(name),
  );
  const misshapen = Object.entries(spec)
    .filter(([name]) => names.has(name))
    .filter(([name, shape]) => source.describe(name).shape.join() !== shape.join())
    .map(
      ([name, shape]) =>
        `${name} is [${source.describe(name).shape.join(", ")}], expected [${shape.join(", ")}]`,
    );
  if (missing.length + unused.length + misshapen.length === 0) return;
  const parts = [
    describeList("missing", missing),
    describeList("not used by this architecture", unused),
    describeList("wrong shape", misshapen),
  ].filter((part) => part !== "");
  throw new AppError(
    "weights-mismatch",
    `The weights do not fit config.json. ${parts.join(" ")} ` +
      "Check that model.safetensors and config.json come from the same revision.",
    { details: { missing, unused, misshapen } },
  );
}

function describeList(label: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const rest = names.length > LISTED ? `, and ${names.length - LISTED} more` : "";
  return `${label} (${names.length}): ${names.slice(0, LISTED).join("; ")}${rest}.`;
}
