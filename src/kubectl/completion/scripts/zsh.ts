/** For zsh from 5.2 on: to be sourced, or to be found as _kubectl on the fpath. */
export const zshScript = String.raw`#compdef kubectl
# Completion of kubectl for zsh.

_kubectl() {
    local output directive line text about
    local -a lines answers extensions options

    output=$("${"$"}{words[1]}" __complete "${"$"}{(@)words[2,CURRENT]}" 2>/dev/null)
    lines=("${"$"}{(@f)output}")
    directive=${"$"}{lines[-1]#:}
    [[ $directive == <-> ]] || return 1
    lines[-1]=()

    # Of --flag=value, the value is what is answered.
    [[ $PREFIX == -*=* ]] && compset -P '*='

    if ((directive & 8)); then
        for line in $lines; do extensions+=("*.$line"); done
        _files -g "(${"$"}{(j:|:)extensions})"
        return
    fi
    for line in $lines; do
        text=${"$"}{line%%$'\t'*}
        about=
        [[ $line == *$'\t'* ]] && about=${"$"}{line#*$'\t'}
        # A colon would end the answer.
        answers+=("${"$"}{text//:/\\:}${"$"}{about:+:$about}")
    done
    ((directive & 2)) && options+=(-S '')
    if ((${"$"}{#answers} > 0)); then
        _describe -V 'kubectl' answers "${"$"}{options[@]}" && return
    fi
    ((directive & 4)) && return 1
    _files
}

# Sourced, the function has to be told to zsh; from the fpath it is to be called.
if [[ $funcstack[1] == _kubectl ]]; then
    _kubectl "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _kubectl kubectl
fi
`;
