/** For PowerShell from 5.0 on. */
export const powershellScript = String.raw`# Completion of kubectl for PowerShell.

Register-ArgumentCompleter -Native -CommandName 'kubectl' -ScriptBlock {
    param($typed, $line, $cursor)

    $words = @($line.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursor } |
        ForEach-Object { $_.Extent.Text.Trim('"', "'") })
    $program = $words[0]
    $given = @($words | Select-Object -Skip 1)
    # The word that is being typed is the last one, and may be empty.
    if ($typed -eq '') { $given += '' }
    # Older versions drop empty arguments unless they are quoted.
    if ($PSVersionTable.PSVersion -lt [version]'7.3') {
        $given = @($given | ForEach-Object { if ($_ -eq '') { '""' } else { $_ } })
    }
    $lines = @(& $program __complete @given 2>$null)
    if ($lines.Count -eq 0 -or $lines[-1] -notmatch '^:(\d+)$') { return }
    $directive = [int]$Matches[1]
    $lines = @($lines | Select-Object -SkipLast 1)

    # Of --flag=value, the value is what is answered.
    $head = ''
    if ($typed -match '^(-[^=]*=)') { $head = $Matches[1] }
    if ($directive -band 8) {
        $prefix = $typed.Substring($head.Length)
        Get-ChildItem -Path "$prefix*" -ErrorAction SilentlyContinue |
            Where-Object { $_.PSIsContainer -or ($lines -contains $_.Extension.TrimStart('.')) } |
            ForEach-Object {
                $path = Resolve-Path -Relative $_.FullName
                [System.Management.Automation.CompletionResult]::new("$head$path", $_.Name, 'ProviderItem', $_.Name)
            }
        return
    }
    $space = if ($directive -band 2) { '' } else { ' ' }
    $answers = $lines | Where-Object { $_ } | ForEach-Object {
        $text, $about = $_ -split [char]9, 2
        if (-not $about) { $about = $text }
        $shown = if ($lines.Count -eq 1) { "$head$text$space" } else { "$head$text" }
        [System.Management.Automation.CompletionResult]::new($shown, $text, 'ParameterValue', $about)
    }
    if ($answers) { return $answers }
    # An empty answer keeps PowerShell from suggesting files.
    if ($directive -band 4) { '' }
}
`;
