import type { I18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { EngineCheck } from "@/inference/protocol/messages";
import { textOfCode } from "@/shared/ui/error-text";

/** Why an engine is skipped: what is wrong in the reader's language, then the engine's own words. */
export function engineReason({ code, reason = "", checks }: EngineCheck, i18n: I18n): string {
  const failed = checks.filter(({ passed }) => !passed).length;
  const total = checks.length;
  const what =
    code !== undefined
      ? i18n._(textOfCode(code).title)
      : failed > 0
        ? i18n._(msg`${failed} of ${total} operations gave wrong results`)
        : undefined;
  return what === undefined ? reason : `${what} (${reason.replace(/\.$/u, "")})`;
}

/** Why an engine with only a software adapter is not used by itself. */
export function softwareReason(adapter: string, i18n: I18n): string {
  return i18n._(
    msg`Software adapter (${adapter}): it computes on the processor, more slowly than WebAssembly. Used only when you choose it, or when nothing else works.`,
  );
}
