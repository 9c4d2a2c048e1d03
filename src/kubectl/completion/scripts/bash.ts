/**
 * For bash from 3.2 on, with or without the package bash-completion. `__start_kubectl` is the name
 * that people's aliases refer to.
 */
export const bashScript = String.raw`# Completion of kubectl for bash.

# The words up to the cursor. Bash also splits at "=" and ":", and kubectl does not: what touches
# is one word.
__kubectl_words() {
    local left=${"$"}{COMP_LINE:0:COMP_POINT} index part
    words=()
    for ((index = 0; index <= COMP_CWORD; index++)); do
        part=${"$"}{COMP_WORDS[index]}
        if [[ $index -eq 0 || $left == [[:space:]]* ]]; then
            left=${"$"}{left#"${"$"}{left%%[![:space:]]*}"}
            words+=("")
        fi
        # The last word may go on behind the cursor.
        [[ $left == "$part"* ]] || part=$left
        words[${"$"}{#words[@]} - 1]+=$part
        left=${"$"}{left#"$part"}
    done
}

# Without the quotes that a word begins or ends with.
__kubectl_plain() {
    local word=$1
    word=${"$"}{word#[\"\']}
    word=${"$"}{word%[\"\']}
    printf '%s' "$word"
}

__start_kubectl() {
    local words typed program answers directive answer extension head index
    __kubectl_words
    for ((index = 1; index < ${"$"}{#words[@]}; index++)); do
        words[index]=$(__kubectl_plain "${"$"}{words[index]}")
    done
    typed=${"$"}{words[${"$"}{#words[@]} - 1]}
    # An alias is no program.
    program=${"$"}{words[0]}
    type -P -- "$program" >/dev/null || program=kubectl
    COMPREPLY=()
    answers=$("$program" __completeNoDesc "${"$"}{words[@]:1}" 2>/dev/null) || return
    directive=${"$"}{answers##*:}
    answers=${"$"}{answers%:*}
    [[ $directive =~ ^[0-9]+$ ]] || return
    # Of --flag=value, the value is what is answered.
    [[ $typed == -*=* ]] && typed=${"$"}{typed#*=}
    if ((directive & 8)); then
        while IFS= read -r extension; do
            [[ -n $extension ]] || continue
            while IFS= read -r answer; do
                COMPREPLY+=("$answer")
            done < <(compgen -f -X "!*.$extension" -- "$typed")
        done <<<"$answers"
        while IFS= read -r answer; do
            COMPREPLY+=("$answer")
        done < <(compgen -d -- "$typed")
        type compopt >/dev/null 2>&1 && compopt -o filenames 2>/dev/null
        return
    fi
    if type compopt >/dev/null 2>&1; then
        ((directive & 2)) && compopt -o nospace 2>/dev/null
        ((directive & 4)) && compopt +o default 2>/dev/null
    fi
    # Where bash has split at a colon, it wants what is behind it.
    head=
    [[ $typed == *:* && $COMP_WORDBREAKS == *:* ]] && head=${"$"}{typed%"${"$"}{typed##*:}"}
    while IFS= read -r answer; do
        [[ -n $answer && $answer == "$typed"* ]] && COMPREPLY+=("${"$"}{answer#"$head"}")
    done <<<"$answers"
}

complete -o default -F __start_kubectl kubectl
`;
