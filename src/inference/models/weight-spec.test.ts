import { AppError } from "@/shared/lib/errors";
import { expect, it } from "vitest";
import { assertWeights, linearSpec, repeated } from "./weight-spec";

const spec = repeated("layers.", 2, linearSpec("proj", 4, 3));

function checkpoint(
  shapes: Readonly<Record<string, readonly number[]>>,
): Parameters<typeof assertWeights>[1] {
  return {
    names: Object.keys(shapes),
    describe: (name) => ({ dtype: "F32", shape: shapes[name]! }),
  };
}

it("accepts a complete checkpoint, int8 scales and names to ignore", () => {
  const source = checkpoint({ ...spec, "layers.0.proj.weight.scale": [4], logit_scale: [] });
  expect(() => assertWeights(spec, source, ["logit_scale"])).not.toThrow();
});

it("lists missing, unused and wrongly shaped tensors in one error", () => {
  const { "layers.1.proj.bias": _, ...rest } = spec;
  const source = checkpoint({ ...rest, "layers.0.proj.weight": [3, 4], "layers.2.x": [1] });
  let error: unknown;
  try {
    assertWeights(spec, source);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).code).toBe("weights-mismatch");
  expect((error as AppError).details).toEqual({
    missing: ["layers.1.proj.bias"],
    unused: ["layers.2.x"],
    misshapen: ["layers.0.proj.weight is [3, 4], expected [4, 3]"],
  });
});
