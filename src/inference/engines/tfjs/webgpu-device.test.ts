import { expect, it } from "vitest";
import { isSoftware } from "./webgpu-device";

const UNNAMED = { vendor: "", architecture: "", device: "", description: "" };

it.each([
  ["marked by the browser", { isFallbackAdapter: true }],
  ["SwiftShader by its architecture", { vendor: "google", architecture: "swiftshader" }],
  ["Mesa's by its description", { description: "llvmpipe (LLVM 15.0.6, 256 bits)" }],
  ["Windows' by its description", { description: "Microsoft Basic Render Driver" }],
])("an adapter is software: %s", (_, info) => {
  expect(isSoftware({ ...UNNAMED, ...info })).toBe(true);
});

it.each([
  ["one that browser and driver say nothing of", {}],
  ["a graphics card", { vendor: "nvidia", architecture: "ampere", isFallbackAdapter: false }],
  ["an Apple chip", { vendor: "apple", architecture: "metal-3" }],
])("an adapter is hardware: %s", (_, info) => {
  expect(isSoftware({ ...UNNAMED, ...info })).toBe(false);
});
