import type { DataFiles } from "../logic/read-data-set";
import { useImageUrl } from "./use-image-url";

/** A picture of the data set; its place stands before it is read. */
export function ItemImage({
  files,
  image,
  alt,
  className,
}: {
  readonly files: DataFiles;
  readonly image: string;
  readonly alt: string;
  readonly className: string | undefined;
}) {
  const url = useImageUrl(files, image);
  return url === undefined ? (
    <span className={className} aria-hidden="true" />
  ) : (
    <img src={url} alt={alt} className={className} />
  );
}
