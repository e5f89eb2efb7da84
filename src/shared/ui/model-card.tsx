import Markdown from "react-markdown";
import styles from "./model-card.module.css";

/**
 * A model's card. Its Markdown may come with weights from anywhere: raw HTML is not rendered, and
 * pictures are left out, so that reading a card asks no other host for anything.
 */
export function ModelCard({ markdown }: { readonly markdown: string }) {
  return (
    <div className={styles["card"]}>
      <Markdown
        skipHtml
        disallowedElements={["img"]}
        components={{
          a: ({ href, children }) => (
            <a href={href} target="_blank" rel="noreferrer noopener">
              {children}
            </a>
          ),
        }}
      >
        {withoutFrontMatter(markdown)}
      </Markdown>
    </div>
  );
}

/** Hugging Face cards begin with YAML between `---` lines; it is for machines. */
function withoutFrontMatter(markdown: string): string {
  return markdown.replace(/^---\r?\n[\s\S]*?\r?\n---\r?\n/u, "");
}
