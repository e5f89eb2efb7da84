import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

const STEP_TEXTS: Readonly<Record<string, MessageDescriptor>> = {
  download: msg`Fetching the model`,
  load: msg`Loading the model`,
  compile: msg`Preparing the engine`,
  decode: msg`Opening the images`,
  encode: msg`Reading the images`,
  generate: msg`Writing the reasons in both orders`,
};

const STARTING = msg`Starting`;

/** What a step of the worker is called on screen. */
export function stepText(step: string | undefined): MessageDescriptor {
  return (step === undefined ? undefined : STEP_TEXTS[step]) ?? STARTING;
}
