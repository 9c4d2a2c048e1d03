/** For fish from 3.0 on. */
export const fishScript = String.raw`# Completion of kubectl for fish.

function __kubectl_answers
    set -l typed (commandline -ct)
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l lines ($program __complete $words "$typed" 2>/dev/null)
    test (count $lines) -gt 0; or return
    set -l directive (string replace -r '^:' '' -- $lines[-1])
    string match -qr '^[0-9]+$' -- $directive; or return
    set -e lines[-1]

    # Of --flag=value, the value is what is answered, and fish wants all of it.
    set -l head ''
    set -l value $typed
    if string match -qr '^-.*=' -- $typed
        set head (string replace -r '=.*' '=' -- $typed)
        set value (string replace -r '^[^=]*=' '' -- $typed)
    end
    if test (math "floor($directive / 8) % 2") -eq 1
        for path in (__fish_complete_path $value | string replace -r '\t.*' '')
            for extension in $lines
                string match -q -- "*.$extension" $path; and echo $head$path
            end
            string match -q -- '*/' $path; and echo $head$path
        end
        return
    end
    if test (count $lines) -gt 0
        for line in $lines
            echo $head$line
        end
        return
    end
    test (math "floor($directive / 4) % 2") -eq 1; or __fish_complete_path $value
end

complete -c kubectl -e
complete -c kubectl -k -f -a '(__kubectl_answers)'
`;
