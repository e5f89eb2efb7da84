import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Step } from "../logic/job";

const STEP_TEXTS: Readonly<Record<string, MessageDescriptor>> = {
  download: msg`Fetching the model`,
  load: msg`Loading the model`,
  compile: msg`Preparing the engine`,
  decode: msg`Opening the images`,
  encode: msg`Reading the images`,
  generate: msg`Writing the reasons in both orders`,
};

const STARTING = msg`Starting`;
const TRYING_AGAIN = msg`The model cannot be reached; trying again`;

/** What a step of the worker is called on screen. */
export function stepText(step: Step | undefined): MessageDescriptor {
  if (step === undefined) return STARTING;
  return step.failedAttempts === undefined ? (STEP_TEXTS[step.step] ?? STARTING) : TRYING_AGAIN;
}
