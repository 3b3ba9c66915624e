// A page of the documentation, drawn from its blocks; links lead to other pages of it, or out by a click.
import type { JSX } from "preact";
import { blocks, type Block, type Inline } from "../model/markdown";
import { href } from "../state/router";

export function Markdown({ source }: { source: string }): JSX.Element {
  return <div class="prose stack">{blocks(source).map((block) => <One block={block} />)}</div>;
}

function One({ block }: { block: Block }): JSX.Element {
  switch (block.kind) {
    case "head": {
      const Tag = (["h2", "h2", "h3", "h4"] as const)[block.level - 1] ?? "h4"; // the page's own head is the h1
      return <Tag><Words inline={block.inline} /></Tag>;
    }
    case "code":
      return <pre class="preview" tabIndex={0}>{block.text}</pre>;
    case "list": {
      const items = block.items.map((item) => <li><Words inline={item} /></li>);
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case "quote":
      return <div class="box warn"><p><Words inline={block.inline} /></p></div>;
    case "table":
      return (
        <div class="table-wrap" tabIndex={0}>
          <table class="table">
            <thead><tr>{block.head.map((cell) => (cell.length ? <th scope="col"><Words inline={cell} /></th> : <td />))}</tr></thead>
            <tbody>{block.rows.map((row) => <tr>{row.map((cell) => <td><Words inline={cell} /></td>)}</tr>)}</tbody>
          </table>
        </div>
      );
    default:
      return <p><Words inline={block.inline} /></p>;
  }
}

function Words({ inline }: { inline: Inline[] }): JSX.Element {
  return <>{inline.map((one) => word(one))}</>;
}

function word(one: Inline): JSX.Element | string {
  switch (one.kind) {
    case "code":
      return <code>{one.text}</code>;
    case "strong":
      return <strong>{one.text}</strong>;
    case "em":
      return <em>{one.text}</em>;
    case "link": {
      const page = /^([\w-]+)\.md(?:#.*)?$/.exec(one.target)?.[1];
      if (page) return <a href={href("help", page)}>{one.text}</a>;
      if (/^https?:\/\//.test(one.target)) return <a href={one.target} target="_blank" rel="noreferrer noopener">{one.text}</a>;
      return one.text; // a file of the sources
    }
    default:
      return one.text;
  }
}
