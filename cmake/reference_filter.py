"""What Doxygen reads in place of a header (INPUT_FILTER): the header's conventions, said in Doxygen's words.

- A header belongs to the group of its room, the folder that it stands in; the `//` text before its namespace describes it,
  and everything in it refers to that.
- A `///` text describes everything that stands below it without an empty line: overloads, functions that do alike.
- Data members and type aliases without a text of their own are described by that of their class.
- Namespaces `detail`, `functor` and `math`, macros, members that are defined outside of their class, special members that
  are defaulted or deleted, explicit instantiations and specialisations are nobody's reading; nor are the members of nodes,
  assignable views, bound operands and monoids: they implement what node_base, kernel/fused.hpp and kernel/monoids.hpp describe.

Line numbers stay as they are.
"""

import re
import sys

HIDDEN_NAMESPACE = re.compile(r"namespace (?:\w+::)*(?:detail|functor|math) \{")
SPECIALISATION = re.compile(r"(?:.*\) ?)?(?:struct|class) [\w:]+<|inline constexpr [\w: ]+<.*> =")
IMPLEMENTS = re.compile(r":\s*(?:public )?(?:node_base|node_members)\b|\b(?:class|struct)\s+(?:bound_|assignable_|loop_nest)")
TEXT = re.compile(r"\s*///(?!<)")
OF_TYPE = "See the description of the type."


def code_of(line):
    """Without strings and comments."""
    return re.sub(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'|//.*|/\*.*?\*/', "", line)


def depth_change(line):
    code = code_of(line)
    return code.count("{") - code.count("}")


def end_of_block(lines, start):
    """The line with the brace that closes the first one opened from `start` on."""
    depth, opened = 0, False
    for i in range(start, len(lines)):
        opened = opened or "{" in code_of(lines[i])
        depth += depth_change(lines[i])
        if opened and depth == 0:
            return i
    return len(lines) - 1


def blank(lines, first, last):
    """These lines, and the text and the template head above them."""
    while first > 0 and re.match(r"///|template |requires\(", lines[first - 1]):
        first -= 1
    lines[first : last + 1] = [""] * (last + 1 - first)


def defines_member(head):
    """True for what stands before the body of a member that is defined outside of its class."""
    while "(" in head and head != (head := re.sub(r"\([^()]*\)", "", head)):
        pass
    return re.search(r"\w(?:<[\w, .]*>)?::(?:operator\S*|\w+)[\s&]*(?:const|noexcept|\s)*$", head)


def hide(lines):
    """Blanks what nobody reads."""
    i = 0
    while i < len(lines):
        line = lines[i]
        if HIDDEN_NAMESPACE.match(line) or SPECIALISATION.match(line):
            blank(lines, i, i if code_of(line).endswith(";") else end_of_block(lines, i))
        elif re.match(r"\s*#\s*define\b", line):
            while lines[i].endswith("\\"):
                lines[i] = ""
                i += 1
            lines[i] = ""
        elif re.match(r"extern template |template (?:class|struct) ", line):
            while not lines[i].endswith(";"):
                lines[i] = ""
                i += 1
            lines[i] = ""
        elif re.match(r"template ", line):
            end = i
            while end + 1 < len(lines) and not re.search(r"[{;]\s*$|\{.*\}$", code_of(lines[end])):
                end += 1
            if defines_member(" ".join(code_of(l) for l in lines[i : end + 1]).split("{")[0]):
                blank(lines, i, end_of_block(lines, i))
        elif line.endswith(("= default;", "= delete;")) and not TEXT.match(lines[i - 1]):
            lines[i] = ""
        i += 1


def hide_members(lines, in_monoid):
    """Of classes that implement what is described elsewhere."""
    for i, line in enumerate(lines):
        head = line
        if not re.match(r"(?:requires.*)?(?:struct|class)\b", line) or ";" in code_of(line).split("{")[0]:
            continue
        if in_monoid or IMPLEMENTS.search(head):
            end = end_of_block(lines, i)
            opening = next(k for k in range(i, end + 1) if "{" in code_of(lines[k]))
            if opening == end:
                continue
            lines[opening] = lines[opening].split("{")[0] + "{"
            lines[opening + 1 : end] = [""] * (end - opening - 1)


def declarations_from(lines, start):
    """Where the declarations end that follow each other from a line on."""
    ends, depth, parentheses = [], 0, 0
    for i in range(start, len(lines)):
        code = code_of(lines[i])
        if depth == 0 and parentheses == 0 and re.match(r"\s*(?:$|//|\}|#|public:|private:)", lines[i]):
            break
        depth += depth_change(lines[i])
        parentheses += code.count("(") - code.count(")")
        ended = code.rstrip().endswith((";", "}")) or (code.startswith("PANTILE_") or "PANTILE_" in lines[i - 1])
        if depth == 0 and parentheses == 0 and ended:
            ends.append(i)
    return ends


def share_texts(lines, more):
    """Repeats a text for each further declaration below it; `more` belongs to the text of each."""
    i = 0
    while i < len(lines):
        first = i
        while i < len(lines) and TEXT.match(lines[i]):
            i += 1
        if i == first:
            i += 1
            continue
        lines[i - 1] += more
        text = " ".join(re.sub(r"^\s*/// ?", "", line) or "@n" for line in lines[first:i])
        for end in declarations_from(lines, i)[:-1]:
            lines[end] = f"{code_of(lines[end]).rstrip()} /** {text} */"


FIELD = re.compile(
    r"(?P<indent>\s+)(?P<type>(?:(?:static|constexpr|inline|mutable|const) )*[\w:]+(?:<.*>)?(?: const)?[*&]* ?[*&]?)"
    r"(?P<names>\b\w+(?:\[\])?(?: = [^;]*|\{[^;]*\}|, [^;]*)?);\s*$")


def describe_fields(lines):
    """Data members and aliases without a text."""
    scopes, pending = [], ""  # what each open brace belongs to; the declaration that has begun
    shared = [TEXT.match(line) or line.endswith("*/") for line in lines]  # describes what follows
    for i, line in enumerate(lines):
        code = code_of(line)
        own = "///" in line or "/**" in line or (i > 0 and shared[i - 1])
        if scopes and scopes[-1] == "class" and not pending.strip() and not own:
            field = FIELD.match(code)
            comment = re.search(r"// (.*)$", line)
            text = f" /**< {comment.group(1) if comment else OF_TYPE} */"
            if re.match(r"\s+using \w+ = ", code):
                lines[i] = code.rstrip() + text
            elif field and "(" not in field["type"] and field["type"].strip() not in ("friend", "return"):
                names = re.split(r", (?![^{<]*[}>])", field["names"])
                lines[i] = field["indent"] + " ".join(f"{field['type']}{name};{text}" for name in names)
        for token in re.finditer(r"[^{};]*([{};])", code):
            pending += token.group()[:-1]
            if token.group(1) == "{":
                is_class = re.search(r"\b(?:class|struct|union)\s+\w[^()]*$", pending)
                scopes.append("class" if is_class else "other")
            elif token.group(1) == "}" and scopes:
                scopes.pop()
            pending = ""
        pending += re.sub(r"^\s*\w+:\s*$", "", re.split(r"[{};]", code)[-1]) + " "


def take_header_text(lines):
    """The text before the namespace, which describes the file."""
    end = next((i for i, l in enumerate(lines) if re.match(r"(?:template|namespace|struct|#define)\b", l)), len(lines))
    last = end - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    first = last
    while first >= 0 and re.match(r"//(?!/)", lines[first]):
        first -= 1
    text = [line[2:] for line in lines[first + 1 : last + 1]]
    lines[first + 1 : last + 1] = [""] * len(text)
    return text


def main():
    path = sys.argv[1]
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    room = re.search(r"include/pantile/(\w+)/", path)
    if not path.endswith(".hpp") or not room:
        print("\n".join(lines), end="")
        return
    text = take_header_text(lines)
    hide(lines)
    hide_members(lines, any(l.startswith("namespace pantile::monoid") for l in lines))
    share_texts(lines, f" @see {path.split('include/pantile/')[1]}" if text else "")
    describe_fields(lines)
    group = room.group(1)
    for i, line in enumerate(lines):
        if re.match(r"namespace pantile\b.*\{$", line):
            lines[i] = f"{line} /** \\addtogroup {group} */ /** @{{ */"
            end = end_of_block(lines, i)
            lines[end] = "/** @} */ " + lines[end]
    print("\n".join([*lines, "/** \\file", f"\\ingroup {group}", *text, "*/"]))


if __name__ == "__main__":
    main()
