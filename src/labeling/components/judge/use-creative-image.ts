import { useEffect, useState } from "react";
import type { LabelingCreative } from "@/domain/labeling/records";
import type { ImageSource, LoadedImage } from "../../store/image-source";

export interface ImageView {
  readonly image?: LoadedImage;
  readonly error?: unknown;
}

/** The creative's decoded image; at once when it was prepared ahead. */
export function useCreativeImage(
  source: ImageSource,
  creative: LabelingCreative | undefined,
): ImageView {
  const [result, setResult] = useState<ImageView & { readonly id: string }>();

  // Decoding happens in the browser, outside React.
  useEffect(() => {
    if (creative === undefined) return;
    let isWanted = true;
    const { id } = creative;
    source.load(creative).then(
      (image) => isWanted && setResult({ id, image }),
      (error: unknown) => isWanted && setResult({ id, error }),
    );
    return () => {
      isWanted = false;
    };
  }, [source, creative]);

  if (creative === undefined) return {};
  const ready = source.peek(creative);
  if (ready !== undefined) return { image: ready };
  return result?.id === creative.id ? result : {};
}
