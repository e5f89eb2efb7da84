import { AppError } from "@/shared/lib/errors";
import { STAGE_FOLDER } from "../logic/stage-encoder";

/** A file of the stages of moon2-nano, as the site serves it. */
export async function fetchStageFile(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const address = `/models/${STAGE_FOLDER}/${name}`;
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    throw new AppError(
      "asset-fetch",
      `${address} cannot be reached; connect once to load the vectors of this stage.`,
      { cause: error },
    );
  }
  if (!response.ok) throw new AppError("asset-fetch", `${address}: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
