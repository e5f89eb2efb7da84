import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { AppError, type ErrorCode } from "@/shared/lib/errors";

/** What happened and what helps, per error code. The error's own message follows as the detail. */
export interface ErrorText {
  readonly title: MessageDescriptor;
  readonly advice: MessageDescriptor;
}

const TEXTS: Readonly<Record<ErrorCode, ErrorText>> = {
  "webgpu-unavailable": {
    title: msg`The graphics processor cannot be used here`,
    advice: msg`Perigee can run on the processor instead. Choose another engine under Models.`,
  },
  "device-lost": {
    title: msg`The graphics processor was lost`,
    advice: msg`Nothing stored is affected. Try again; the device is set up anew.`,
  },
  "out-of-memory": {
    title: msg`Not enough memory on this device`,
    advice: msg`Close other tabs, take fewer or smaller images, or choose a smaller model.`,
  },
  "asset-fetch": {
    title: msg`A file could not be fetched`,
    advice: msg`Check the connection and try again. What has arrived is kept.`,
  },
  "asset-integrity": {
    title: msg`A file is not what it should be`,
    advice: msg`Its checksum differs, so it is not used. Remove it under Models and fetch it again.`,
  },
  "weights-mismatch": {
    title: msg`The weights do not fit this model`,
    advice: msg`Check that config.json and the weights belong together.`,
  },
  "shape-mismatch": {
    title: msg`The model produced something unexpected`,
    advice: msg`Try another engine under Models. The details below say where it happened.`,
  },
  "input-decode": {
    title: msg`A file could not be read`,
    advice: msg`Save it as JPEG, PNG or WebP and try again. Everything else was kept.`,
  },
  "input-invalid": {
    title: msg`Something in the input is not valid`,
    advice: msg`The details below say what and where. Everything else was kept.`,
  },
  "token-limit": {
    title: msg`The text is too long for this model`,
    advice: msg`Shorten the title or take fewer queries.`,
  },
  generation: {
    title: msg`The model did not finish its answer`,
    advice: msg`Try again. The part that could be read is kept.`,
  },
  "storage-quota": {
    title: msg`The browser's storage is full`,
    advice: msg`Free space under Data, then try again.`,
  },
  "schema-version": {
    title: msg`This data was written by a newer version`,
    advice: msg`Reload to get the newest version of Perigee. The data stays as it is.`,
  },
  protocol: {
    title: msg`Two parts of Perigee disagree`,
    advice: msg`Reload the page; an update may have arrived while it was open.`,
  },
  unsupported: {
    title: msg`This browser cannot do this`,
    advice: msg`A current Chrome, Edge, Safari or Firefox can.`,
  },
};

const UNEXPECTED: ErrorText = {
  title: msg`Something went wrong`,
  advice: msg`Stored work is not affected. Try again, or reload the page.`,
};

export function errorText(error: unknown): ErrorText {
  return error instanceof AppError ? textOfCode(error.code) : UNEXPECTED;
}

export function textOfCode(code: ErrorCode): ErrorText {
  return TEXTS[code];
}
